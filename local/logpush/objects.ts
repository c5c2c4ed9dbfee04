/** The objects of the account's buckets, as files: `npm run decrypt` opens them where they lie. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";

export interface StoredObject {
  /** `20261123/20261123T030000Z_20261123T030001Z_1a2b3c4d.log.gz` */
  readonly key: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

export class Objects {
  readonly #folder: string;

  /** The folder is made with the first object. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whole or not at all, and for this user alone. */
  async put(bucket: string, key: string, body: Uint8Array): Promise<void> {
    const file = join(this.#folder, bucket, key);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, body, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }

  /** By key. */
  async list(bucket: string): Promise<readonly StoredObject[]> {
    const folder = join(this.#folder, bucket);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".new"));
    const objects = files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      const { size, mtimeMs } = await stat(file);
      return { key: relative(folder, file).replaceAll(sep, "/"), size, modifiedAt: mtimeMs };
    });
    return (await Promise.all(objects)).toSorted((a, b) => a.key.localeCompare(b.key));
  }

  /** Undefined where the bucket has no such object: only keys that are listed are read. */
  async get(bucket: string, key: string): Promise<Buffer | undefined> {
    const isThere = (await this.list(bucket)).some((object) => object.key === key);
    return isThere ? readFile(join(this.#folder, bucket, key)) : undefined;
  }

  async delete(bucket: string, key: string): Promise<void> {
    const isThere = (await this.list(bucket)).some((object) => object.key === key);
    if (isThere) await rm(join(this.#folder, bucket, key), { force: true });
  }
}
