/** The objects of the account's buckets, as files: `npm run decrypt` opens them where they lie. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";

interface StoredObject {
  /** The name in its bucket: `20261123/20261123T030000Z_20261123T030001Z_1a2b3c4d.log.gz` */
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

  /** Writes an object, whole or not at all. Throws where the key leads out of the bucket. */
  async put(bucket: string, key: string, body: Uint8Array): Promise<void> {
    const folder = join(this.#folder, bucket);
    const file = join(folder, key);
    if (!file.startsWith(`${folder}${sep}`)) {
      throw new Error(`object ${JSON.stringify(key)} is outside of bucket ${bucket}`);
    }
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, body, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }

  async list(bucket: string): Promise<readonly StoredObject[]> {
    const folder = join(this.#folder, bucket);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".new"));
    const objects = files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      // A file that was deleted since is no object.
      const found = await stat(file).catch(() => undefined);
      if (found === undefined) return [];
      const { size, mtimeMs } = found;
      return [{ key: relative(folder, file).replaceAll(sep, "/"), size, modifiedAt: mtimeMs }];
    });
    return (await Promise.all(objects)).flat().toSorted((a, b) => a.key.localeCompare(b.key));
  }

  async get(bucket: string, key: string): Promise<Buffer | undefined> {
    const file = await this.#find(bucket, key);
    return file === undefined ? undefined : readFile(file);
  }

  async delete(bucket: string, key: string): Promise<void> {
    const file = await this.#find(bucket, key);
    if (file !== undefined) await rm(file, { force: true });
  }

  /** Deletes what was last written before a time, in milliseconds since 1970. */
  async deleteBefore(bucket: string, time: number): Promise<void> {
    for (const { key, modifiedAt } of await this.list(bucket)) {
      if (modifiedAt < time) await rm(join(this.#folder, bucket, key), { force: true });
    }
  }

  /** Returns the file of an object. Only a key that is listed has one: others may lead anywhere. */
  async #find(bucket: string, key: string): Promise<string | undefined> {
    const isThere = (await this.list(bucket)).some((object) => object.key === key);
    return isThere ? join(this.#folder, bucket, key) : undefined;
  }
}
