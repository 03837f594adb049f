import type { Subprotocol } from '../../src/index.ts'
import type { SoakFault } from './faults.ts'
import { soakFaults } from './faults.ts'
import { Random } from './random.ts'
import type { SoakKind } from './sessions.ts'
import { soakKinds } from './sessions.ts'

const v4: Subprotocol = 'v4.channel.k8s.io'
const v5: Subprotocol = 'v5.channel.k8s.io'

/** One session, all of which follows from the seed and its number. */
export interface Plan {
  readonly kind: SoakKind
  readonly fault: SoakFault | null
  readonly verify: boolean
  readonly subprotocol: Subprotocol | undefined
  readonly most: number
  readonly random: Random
}

export function planOf(seed: string, number: number): Plan {
  const random = new Random(`${seed}:${number}`)
  const kind = random.pick(soakKinds)
  const drawn = random.chance(0.35) && kind.faultless !== true ? random.pick(soakFaults) : null
  const verify = kind.verifies === true || random.chance(0.4)
  const fault = drawn?.lies === true && !verify ? null : drawn
  const counted = kind.ends === 'counted' && verify
  const choices = kind.ends === undefined || counted ? [undefined, v4, v5] : [undefined, v5]
  const most = fault?.slow === true ? 2_000 : 2 * 1024 * 1024
  return { kind, fault, verify, subprotocol: random.pick(choices), most, random }
}
