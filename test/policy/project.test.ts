import { expect, test } from "vitest";

import { readProject } from "../../policy/stack/project.ts";

const PROJECT = "name: acme-llm\nruntime: nodejs\n";

const problemsOf = (files: Readonly<Record<string, string>>) =>
  readProject(new Map(Object.entries(files))).problems.map(({ message }) => message);

test("a project has the stacks of its folder, by name, and the name in Pulumi.yaml", () => {
  const files = new Map([
    ["Pulumi.yaml", PROJECT],
    ["Pulumi.prod.yaml", "p"],
    ["Pulumi.alpha.yaml", "a"],
    ["README.md", ""],
  ]);

  expect(readProject(files)).toEqual({
    stacks: new Map([
      ["alpha", "a"],
      ["prod", "p"],
    ]),
    name: "acme-llm",
    problems: [],
  });
});

// Pulumi looks for .json, .yaml and .yml, in this order, and a stack's file has the ending of the project's.
test.each([
  "Pulumi.json",
  "Pulumi.yml",
  "Pulumi.prod.json",
  "Pulumi.prod.yml",
  "Pulumi.JSON",
  "pulumi.yaml",
  "PULUMI.prod.yaml",
  "Pulumi...yaml",
  "Pulumi....yaml",
])("%s, which Pulumi may read and no review does, is a problem that names it", (name) => {
  expect(problemsOf({ "Pulumi.yaml": PROJECT, [name]: "{}" })).toEqual([
    expect.stringMatching(
      new RegExp(`^${name.replaceAll(".", "\\.")} is there, and Pulumi may read`),
    ),
  ]);
});

test.each(["PulumiPolicy.yaml", "Pulumi.md", "notes.Pulumi.yaml"])("%s is none", (name) => {
  expect(problemsOf({ "Pulumi.yaml": PROJECT, [name]: "{}" })).toEqual([]);
});

// The older spelling of stackConfigDir is `config: env`.
test.each([
  ["config", "config: { ai-gateway:callers: [] }"],
  ["config", "config: { ai-gateway:worker.cloudflareAccess.team: acme }"],
  ["config", "config: env"],
  ["config", "config:"],
  ["stackConfigDir", "stackConfigDir: env"],
  ["config", "<<: { config: { zdr: true } }"],
])("Pulumi.yaml may not have %s: %s", (key, line) => {
  expect(problemsOf({ "Pulumi.yaml": `${PROJECT}${line}\n` })).toEqual([
    expect.stringContaining(`Pulumi.yaml has ${key}: Pulumi `),
  ]);
});

test("a template may prompt for settings: it is no configuration", () => {
  const template = "template: { config: { ai-gateway:gatewayId: { default: app } } }\n";

  expect(problemsOf({ "Pulumi.yaml": PROJECT + template })).toEqual([]);
});

test("a project file that cannot be read is a problem", () => {
  expect(problemsOf({ "Pulumi.yaml": "name: [1\n" })).toEqual([
    expect.stringMatching(/^Pulumi.yaml is not YAML: /),
  ]);
});
