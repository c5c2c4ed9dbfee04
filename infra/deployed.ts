/** What a deploy runs for. */
import * as pulumi from "@pulumi/pulumi";

/** Returns the name of the stack that Pulumi runs, which it may have as `org/project/name`. */
export function stackName(full = pulumi.getStack()): string {
  return full.split("/").at(-1) ?? "";
}
