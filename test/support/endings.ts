/** What a file's tests share: kept until the file ends, also where the next one runs in the same process. */
const endings: (() => Promise<void>)[] = [];

export function atEndOfFile(end: () => Promise<void>): void {
  endings.push(end);
}

export async function endAll(): Promise<void> {
  for (const end of endings.splice(0)) await end();
}
