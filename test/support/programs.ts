/** Makes a folder with a Pulumi and a Node that answer as a test has them. */
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Programs {
  readonly node?: string;
  readonly pulumi?: string;
  /** The exit code of `pulumi whoami`. */
  readonly login?: number;
}

export async function makePrograms({ node = "v24.1.0", pulumi = "v9.1.0", login = 0 }: Programs) {
  const folder = await mkdtemp(join(tmpdir(), "programs-"));
  const texts = {
    node: `#!/bin/sh\necho ${node}\n`,
    pulumi: `#!/bin/sh\n[ "$1" = whoami ] && exit ${login}\necho ${pulumi}\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
}
