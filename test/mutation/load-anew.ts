/**
 * Loads modules anew where the kept thread has others than a run needs: a mutant of code that runs while
 * a module loads is broken from there on, and the next one must not be.
 */
import { inject, vi } from "vitest";

interface Stryker {
  activeMutant?: string | undefined;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Whether a mutant is of code that runs while a module loads: Stryker's own names, as all here. */
    mutantActivation?: "static" | "runtime";
    activeMutant?: string;
  }
}

declare global {
  // oxlint-disable-next-line no-underscore-dangle -- see above
  var __stryker__: Stryker | undefined;
  /** The mutant that the loaded modules have; empty where they are whole. */
  var loadedMutant: string | undefined;
}

const wanted = inject("mutantActivation") === "static" ? (inject("activeMutant") ?? "") : "";
// A mutant of the run before would otherwise be there until the first test begins.
// oxlint-disable-next-line no-underscore-dangle -- see above
if (wanted === "" && globalThis.__stryker__) globalThis.__stryker__.activeMutant = undefined;
if ((globalThis.loadedMutant ?? "") !== wanted) vi.resetModules();
globalThis.loadedMutant = wanted;
