/** Opens the logs page as a browser does: by the printed address, and from then on by its cookie. */

/** Visits the printed address and returns the header with which further requests are answered. */
export async function visit(page: string | URL): Promise<{ readonly cookie: string }> {
  const { headers } = await fetch(page, { redirect: "manual" });
  const [cookie = ""] = headers.getSetCookie()[0]?.split(";") ?? [];
  return { cookie };
}

/** Returns an address of the server with the key of its page, which a browser can open first. */
export function withKey(page: URL, path: string): string {
  const url = new URL(path, page);
  url.searchParams.set("key", page.searchParams.get("key") ?? "");
  return url.href;
}
