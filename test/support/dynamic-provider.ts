/**
 * Starts Pulumi's own process for resources that a program defines itself, and calls it as the
 * engine does, over gRPC.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";

import { ROOT } from "./settings.ts";

// From where Pulumi itself loads them, so that both sides speak the same version.
const require = createRequire(join(ROOT, "node_modules/@pulumi/pulumi/package.json"));
const grpc = require("@grpc/grpc-js");
const services = require("./proto/provider_grpc_pb.js");
const messages = require("./proto/provider_pb.js");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js");

type Properties = Readonly<Record<string, unknown>>;

interface Resource {
  readonly id: string;
  readonly properties: Properties;
}

/** The provider's calls. */
export interface DynamicProvider {
  create(properties: Properties): Promise<Resource>;
  read(id: string, properties: Properties): Promise<Resource>;
  diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{
    readonly changes: "none" | "some";
    readonly replaces: readonly string[];
    /** Absent where the new resource is made first. */
    readonly deleteBeforeReplace?: boolean;
  }>;
  update(id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(id: string, properties: Properties): Promise<void>;
  stop(): Promise<void>;
}

/** The parts of its responses that tests read. */
interface Answer {
  getId(): string;
  getProperties(): { toJavaScript(): Properties };
  getChanges(): number;
  getReplacesList(): readonly string[];
  getDeletebeforereplace(): boolean;
}

/** Starts the provider. `env` is all that the program's functions find in their environment. */
export async function startDynamicProvider(
  env: Readonly<Record<string, string>>,
): Promise<DynamicProvider> {
  const file = join(ROOT, "node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js");
  // No engine listens at this address, and nothing here calls it.
  const child = spawn(process.execPath, [file, "127.0.0.1:1"], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout, "data");
  const client = new services.ResourceProviderClient(
    `127.0.0.1:${String(port).trim()}`,
    grpc.credentials.createInsecure(),
  );
  const call = (method: string, request: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      client[method](request, (error: Error | null, answer: Answer) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
  await call("configure", new messages.ConfigureRequest().setArgs(toStruct({})));
  return {
    async create(properties) {
      const answer = await call(
        "create",
        new messages.CreateRequest().setProperties(toStruct(properties)),
      );
      return toResource(answer);
    },
    async read(id, properties) {
      const answer = await call(
        "read",
        new messages.ReadRequest().setId(id).setProperties(toStruct(properties)),
      );
      return toResource(answer);
    },
    async diff(id, olds, news) {
      const answer = await call(
        "diff",
        new messages.DiffRequest().setId(id).setOlds(toStruct(olds)).setNews(toStruct(news)),
      );
      const { DIFF_SOME } = messages.DiffResponse.DiffChanges;
      return {
        changes: answer.getChanges() === DIFF_SOME ? "some" : "none",
        replaces: answer.getReplacesList(),
        ...(answer.getDeletebeforereplace() && { deleteBeforeReplace: true }),
      };
    },
    async update(id, olds, news) {
      const answer = await call(
        "update",
        new messages.UpdateRequest().setId(id).setOlds(toStruct(olds)).setNews(toStruct(news)),
      );
      return answer.getProperties().toJavaScript();
    },
    async delete(id, properties) {
      await call(
        "delete",
        new messages.DeleteRequest().setId(id).setProperties(toStruct(properties)),
      );
    },
    async stop() {
      client.close();
      child.kill();
      await once(child, "exit");
    },
  };
}

function toStruct(properties: Properties): object {
  return Struct.fromJavaScript(properties);
}

function toResource(answer: Answer): Resource {
  return { id: answer.getId(), properties: answer.getProperties().toJavaScript() };
}
