// @ts-check
// JavaScript, and imported before anything else: zod loads its messages in 60 languages, a quarter of all the files that
// a command loads, and this project writes its own.
import { registerHooks } from "node:module";

const NONE = "data:text/javascript,export {}";

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "../locales/index.js" && context.parentURL?.includes("/zod/v4/") === true
      ? { url: NONE, format: "module", shortCircuit: true }
      : next(specifier, context),
});
