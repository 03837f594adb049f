import type { BackgroundHost } from './container-script.ts'
import { ContainerScript } from './container-script.ts'
import type { BackgroundListOptions } from './options.ts'
import { validListOptions } from './options.ts'
import type { BackgroundStatus } from './status.ts'
import { needsContainer, statusOf } from './status.ts'

/** All that the container has a record of, by id. */
export async function listBackground(
  host: BackgroundHost,
  options: BackgroundListOptions,
): Promise<BackgroundStatus[]> {
  const { stateDirectory, signal } = validListOptions(options)
  const { runs } = await new ContainerScript(host, stateDirectory, '').run('list', [], signal)
  const asks = runs.some(needsContainer)
  const now = asks ? await host.containerStatus({ signal }).catch(() => null) : null
  return runs
    .map((run) => statusOf(run, { now, before: null }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}
