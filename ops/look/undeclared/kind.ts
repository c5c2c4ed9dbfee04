/** The form of a look at what an account holds beside everything that a stack file can declare. */
import type { Permission } from "../../../policy/platform.ts";
import type { Stack } from "../../../policy/stack/stack.ts";
import type { Answer, Connection, Gateway } from "../../account/account.ts";
import type { Finding } from "../finding.ts";

/** An account, with the gateways that are looked at, and the stacks that declare some of them. */
export interface Place extends Connection {
  readonly gatewayIds: readonly string[];
  readonly stacks: readonly Stack[];
}

/** A gateway that is looked at, and the stack that declares it, if one does. */
export interface PlacedGateway extends Gateway {
  readonly owner: Stack | undefined;
}

/** A kind of thing that has a say in what becomes of prompts, and that no stack file declares. */
export interface Kind {
  /** The plural, as in `dynamic routes`. */
  readonly name: string;
  readonly needs: Permission;
  /** Returns a finding for each thing there is. Missing means that the API has no such list. */
  look(place: Place): Promise<Answer<readonly Finding[]>>;
}

/** A list that each gateway has, and what becomes of each item. */
interface GatewayList<T> {
  readonly name: string;
  readonly needs: Permission;
  readonly list: (gateway: PlacedGateway) => Promise<Answer<readonly T[]>>;
  readonly judge: (item: T, gateway: PlacedGateway) => Finding;
}

/** Makes a kind of which each gateway has a list; the first that does not answer ends the look. */
export function inGateways<T>({ name, needs, list, judge }: GatewayList<T>): Kind {
  const look: Kind["look"] = async ({ gatewayIds, stacks, ...connection }) => {
    const findings: Finding[] = [];
    for (const gatewayId of gatewayIds) {
      const owner = stacks.find(({ settings }) => settings.gatewayId === gatewayId);
      const gateway = { ...connection, gatewayId, owner };
      const answer = await list(gateway);
      if (answer.kind !== "answer") return answer;
      findings.push(...answer.value.map((item) => judge(item, gateway)));
    }
    return { kind: "answer", value: findings };
  };
  return { name, needs, look };
}

/** Grades what changes the promises of a gateway: where no stack declares that, there is none. */
export function gradeFor({ owner }: PlacedGateway, grade: Finding["kind"]): Finding["kind"] {
  return owner === undefined ? "note" : grade;
}
