/**
 * Registers the hook anew before each file: one that a support module registers would run after the
 * first file only.
 */
import { afterAll } from "vitest";

import { endAll } from "./endings.ts";

afterAll(endAll);
