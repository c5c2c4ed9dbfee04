/**
 * Runs a local account with one log as a process of its own, and reports its address and the log's
 * id to the parent.
 */
import { startAccount } from "./account.ts";

const folder = process.argv[2];
if (folder === undefined) throw new Error("give the folder of the account");
const { gateway, apiUrl, key, accountId } = await startAccount({ folder });
const inputs = { messages: [{ role: "user", content: "Hi" }] };
const request = { gatewayId: "app", model: "@cf/a/b", inputs, options: {} };
const { headers } = await gateway.handle(request);
process.send?.({ apiUrl, key, account_id: accountId, id: headers["cf-aig-log-id"] });
