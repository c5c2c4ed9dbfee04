/** The form of a look at what an account holds beside everything that a stack file can declare. */
import type { z } from "zod";

import { PERMISSIONS, type Permission } from "../../../policy/platform.ts";
import type { Stack } from "../../../policy/stack/stack.ts";
import {
  listAll,
  mapAnswer,
  type Answer,
  type Connection,
  type Gateway,
  type Pages,
} from "../../account/account.ts";
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

/** Looks into each gateway, one after the other; the first that does not answer ends it. */
export async function lookInEach(
  { gatewayIds, stacks, ...connection }: Place,
  look: (gateway: PlacedGateway) => Promise<Answer<readonly Finding[]>>,
): Promise<Answer<readonly Finding[]>> {
  const findings: Finding[] = [];
  for (const gatewayId of gatewayIds) {
    const owner = stacks.find(({ settings }) => settings.gatewayId === gatewayId);
    const answer = await look({ ...connection, gatewayId, owner });
    if (answer.kind !== "answer") return answer;
    findings.push(...answer.value);
  }
  return { kind: "answer", value: findings };
}

/** Makes the findings of a list, where the account has answered with one. */
export function judgeEach<T>(
  answer: Answer<readonly T[]>,
  judge: (item: T) => Finding | readonly Finding[],
): Answer<readonly Finding[]> {
  return mapAnswer(answer, (items) => items.flatMap(judge));
}

/** A list that each gateway has, as the API documents it, and what becomes of each item. */
interface GatewayList<T extends z.ZodType> {
  /** One item, such as `a dataset`. */
  readonly what: string;
  readonly schema: T;
  readonly list: (gateway: PlacedGateway) => Pages;
  readonly judge: (item: z.output<T>, gateway: PlacedGateway) => Finding;
}

/** Reads a list of each gateway, and judges its items. */
export function listInGateway<T extends z.ZodType>(
  place: Place,
  { what, schema, list, judge }: GatewayList<T>,
): Promise<Answer<readonly Finding[]>> {
  return lookInEach(place, async (gateway) => {
    const request = () => list(gateway);
    const answer = await listAll(PERMISSIONS.readGateways, { what, schema }, request);
    return judgeEach(answer, (item) => judge(item, gateway));
  });
}

/** Grades what changes the promises of a gateway: where no stack declares that, there is none. */
export function gradeFor({ owner }: PlacedGateway, grade: Finding["kind"]): Finding["kind"] {
  return owner === undefined ? "note" : grade;
}
