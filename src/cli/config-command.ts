import { loadClusterConfig } from '../index.ts'
import type { KubeconfigContext } from '../kubeconfig/index.ts'
import { loadMergedKubeconfig } from '../kubeconfig/index.ts'
import { printable } from '../protocol/printable.ts'
import type { ClusterFlags, ConfigCommandLine } from './command-line.ts'

/** What `podwire config` prints. */
export async function configCommand({ verb, load }: ConfigCommandLine): Promise<string> {
  return verb === 'view' ? view(load) : contexts(load)
}

/** The configuration that a command would use; the config itself keeps its secrets out of JSON. */
async function view(load: ClusterFlags): Promise<string> {
  return `${JSON.stringify(await loadClusterConfig(load), null, 2)}\n`
}

async function contexts({ kubeconfig, context }: ClusterFlags): Promise<string> {
  const document = await loadMergedKubeconfig(kubeconfig)
  const current = context ?? document.currentContext
  const rows = [...document.contexts].map(([name, entry]) => row(name, entry, name === current))
  return table([['CURRENT', 'NAME', 'CLUSTER', 'USER', 'NAMESPACE'], ...rows])
}

function row(name: string, context: KubeconfigContext, isCurrent: boolean): string[] {
  const { cluster, user, namespace = '' } = context
  return [isCurrent ? '*' : '', ...[name, cluster, user, namespace].map(printable)]
}

function table(rows: readonly (readonly string[])[]): string {
  const widths =
    rows[0]?.map((_, i) => Math.max(...rows.map((cells) => cells[i]?.length ?? 0))) ?? []
  const lines = rows.map((cells) => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '))
  return lines.map((line) => `${line.trimEnd()}\n`).join('')
}
