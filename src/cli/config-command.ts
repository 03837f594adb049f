import { loadClusterConfig } from '../index.ts'
import type { KubeconfigContext } from '../kubeconfig/index.ts'
import { loadMergedKubeconfig } from '../kubeconfig/index.ts'
import { printable } from '../protocol/printable.ts'
import type { ClusterFlags } from './cluster-flags.ts'
import { loadOptions } from './cluster-flags.ts'
import { defineCommand } from './command.ts'
import { print } from './print.ts'
import { table } from './table.ts'
import { UsageError } from './usage-error.ts'

export const configCommand = defineCommand({
  usage: 'config (view | contexts | current-context) [options]',
  about: `Shows the configuration.

  view             what a command would use, without its secrets
  contexts         the contexts there are, * marks the current one (also: get-contexts)
  current-context  its name`,
  flags: {},
  operands: [['view', 'contexts', 'current-context']],
  async run({ flags, operands }) {
    print(await configText(operands, flags))
    return 0
  },
})

/** What `podwire config` prints. */
export async function configText(
  [verb, ...others]: readonly string[],
  flags: ClusterFlags,
): Promise<string> {
  if (others.length === 0) {
    if (verb === 'view') return view(flags)
    if (verb === 'contexts' || verb === 'get-contexts') return contexts(flags)
    if (verb === 'current-context') return currentContext(flags)
  }
  throw new UsageError('config takes view, contexts or current-context', 'examples')
}

/** The configuration that a command would use; the config itself keeps its secrets out of JSON. */
async function view(flags: ClusterFlags): Promise<string> {
  return `${JSON.stringify(await loadClusterConfig(loadOptions(flags)), null, 2)}\n`
}

async function contexts({ kubeconfig, context }: ClusterFlags): Promise<string> {
  const document = await loadMergedKubeconfig(kubeconfig)
  const current = context ?? document.currentContext
  const rows = [...document.contexts].map(([name, entry]) => row(name, entry, name === current))
  return table([['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'], ...rows])
}

async function currentContext({ kubeconfig, context }: ClusterFlags): Promise<string> {
  const current = context ?? (await loadMergedKubeconfig(kubeconfig)).currentContext
  if (!current) throw new UsageError('current-context is not set', 'nothing')
  return `${printable(current)}\n`
}

function row(name: string, context: KubeconfigContext, isCurrent: boolean): string[] {
  const { cluster, user, namespace = '' } = context
  return [isCurrent ? '*' : '', ...[name, cluster, user, namespace].map(printable)]
}
