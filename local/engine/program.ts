/** The child process: runs the stack's program once, answers with what it declared, and ends. */
// oxlint-disable-next-line import/no-unassigned-import -- it changes how the next import loads
import "./lazy-modules.ts";

import { RunError } from "@pulumi/pulumi";

import program from "../../infra/main.js";
import { readProjectFiles } from "../../infra/project-files.ts";
import { recordStack } from "../../record/record.ts";
import { ROOT } from "../paths.js";
import type { Evaluation, Order } from "./evaluate.ts";
import { printLogPlainly } from "./plain-log.ts";

printLogPlainly();

// A program that fails rejects the stack's outputs too, which nobody awaits: the failure is
// reported below.
process.on("unhandledRejection", () => {});

process.once("message", (order: Order) => {
  void evaluate(order).then((evaluation) => process.send?.(evaluation, () => process.disconnect()));
});

async function evaluate({ stack, config }: Order): Promise<Evaluation> {
  try {
    const { resources } = await recordStack(stack, config, program, readProjectFiles(ROOT));
    return {
      ok: true,
      resources: resources.map(({ type, name, inputs }) => ({ type, name, inputs })),
    };
  } catch (error) {
    // Pulumi prints it like this: an expected error without its stack trace.
    const message = RunError.isInstance(error)
      ? error.message
      : error instanceof Error
        ? error.stack
        : undefined;
    return { ok: false, message: message ?? String(error) };
  }
}
