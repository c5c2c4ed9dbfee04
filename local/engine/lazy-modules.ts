/**
 * Import this before Pulumi: it keeps Pulumi from loading, until something uses it, what the
 * program of a stack hardly ever uses. That is two thirds of the files that Pulumi is made of, and
 * of the time it takes to load.
 */
import { createRequire, Module } from "node:module";

// Modules are resolved as Pulumi itself does.
const require = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));

// The first parses functions that Pulumi writes into state (dynamic providers). The second drives
// Pulumi from inside a program.
for (const name of ["./typescript-shim.js", "./automation/index.js"]) {
  loadOnUse(require.resolve(name));
}

function loadOnUse(file: string): void {
  const lazy = new Module(file);
  const load = (): object => {
    if (require.cache[file] === lazy) delete require.cache[file];
    return require(file);
  };
  lazy.exports = new Proxy(
    {},
    {
      // Without __esModule Pulumi copies the properties at once: it would copy none.
      get: (_, key) => key === "__esModule" || Reflect.get(load(), key),
      // An ES module that imports a name looks for it with this first, and takes undefined where
      // there is none.
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(load(), key);
        // A proxy may not call permanent what its empty target does not have.
        return found && { ...found, configurable: true };
      },
    },
  );
  lazy.loaded = true;
  require.cache[file] = lazy;
}
