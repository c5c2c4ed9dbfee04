import type { Reporter, SerializedError, TestModule } from "vitest/node";

/**
 * Prints `12 passed, 0 failed` alone on the last line of a run, for readers of a pipeline, human or
 * not.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === "passed").length;
    // A file that does not even load holds no test, an error that nothing awaited has none: the run fails all the same.
    const unloaded = modules.filter((module) => module.errors().length > 0).length;
    const broken = unloaded + unhandled.length;
    const failed = tests.filter((test) => test.result().state === "failed").length + broken;
    const skipped = tests.length - passed - (failed - broken);
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    // After vitest's own summary, which the default reporter prints at this same moment.
    process.on("exit", () => console.log(line));
  }
}
