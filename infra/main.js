// @ts-check
// JavaScript, because a Node that cannot run TypeScript must still be able to say so.
import * as pulumi from "@pulumi/pulumi";

/**
 * The Pulumi program.
 *
 * @returns {Promise<Record<string, unknown>>} the stack's outputs, without those that this stack does not have
 */
export default async function main() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 18)) {
    throw new pulumi.RunError(
      `Node ${process.versions.node} is too old: this program needs 22.18 or newer. ` +
        "Run Pulumi as `npm run pulumi -- up`, which uses the Node that `npm ci` installed",
    );
  }
  const outputs = await import("./index.ts");
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined));
}
