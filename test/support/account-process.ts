/** A local account as a process of its own, with one log; tells its parent where and which. */
import { startAccount } from "./account.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("give the folder of the account");
const { gateway, apiUrl, key, accountId } = await startAccount({ folder });
const inputs = { messages: [{ role: "user", content: "Hi" }] };
const asked = { gatewayId: "app", model: "@cf/a/b", inputs, options: {} };
const { headers } = await gateway.handle(asked);
process.send?.({ apiUrl, key, account_id: accountId, id: headers["cf-aig-log-id"] });
