/**
 * Import this before Pulumi: it keeps Pulumi from loading, until something uses it, what the
 * program of a stack hardly ever uses. That is two thirds of the files that Pulumi is made of, and
 * of the time it takes to load.
 */
import { createRequire, Module } from "node:module";

// oxlint-disable-next-line import/no-unassigned-import -- it changes how the next import loads
import "../../infra/lean-zod.js";

// Modules are resolved as Pulumi itself does.
const require = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));

const PARTS = [
  // Parse functions that Pulumi writes into state (dynamic providers).
  "./typescript-shim.js",
  "normalize-package-data",
  // Drives Pulumi from inside a program.
  "./automation/index.js",
  // Serves providers that a program brings.
  "./provider/index.js",
  // Speak with an engine, which a recording has not.
  "@grpc/grpc-js",
  "@opentelemetry/api",
  "./proto/callback_grpc_pb.js",
  "./proto/engine_grpc_pb.js",
  "./proto/resource_grpc_pb.js",
  // Compares versions of packages and providers.
  "semver",
];
for (const name of PARTS) loadOnUse(require.resolve(name));

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
      // As a default, Pulumi means the whole of a module that names none.
      get: (_, key) =>
        key === "__esModule" ||
        (Reflect.get(load(), key) ?? (key === "default" ? load() : undefined)),
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
