/**
 * Import this before Pulumi: it keeps Pulumi from loading TypeScript until something uses it, a quarter of a second of
 * each start. Pulumi parses functions with it that it writes into state (dynamic providers); the types of this project
 * are stripped by Node.
 */
import { createRequire, Module } from "node:module";

const require = createRequire(import.meta.url);
const shim = require.resolve("@pulumi/pulumi/typescript-shim.js");

const lazy = new Module(shim);
lazy.exports = new Proxy({}, { get: (_, key) => Reflect.get(require("typescript"), key) });
lazy.loaded = true;
require.cache[shim] = lazy;
