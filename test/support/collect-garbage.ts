import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Collects all garbage a few times, with what becomes garbage by that. */
export async function collectGarbage(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    collect()
    await sleep(10)
  }
}
