/**
 * Runs the chat Workers of all tests in this process. It loads the Worker before any test: what runs
 * while a module loads belongs to no test.
 */
import { runInNode } from "../support/run-in-node.ts";
import { chooseRuntime } from "../support/workerd.ts";

chooseRuntime(runInNode);
