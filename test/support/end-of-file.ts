/** Set up before each file: a hook that a support module registers would be heard by the first file alone. */
import { afterAll } from "vitest";

import { endAll } from "./endings.ts";

afterAll(endAll);
