import { parseArgs } from 'node:util'
import { UsageError } from './usage.ts'

/** What the command line asks for. */
export type CommandLine =
  | { readonly action: 'help' }
  | { readonly action: 'version' }
  | ({ readonly action: 'exec' } & ExecCommandLine)
  | ({ readonly action: 'config' } & ConfigCommandLine)

/** Which cluster, and as whom; what is not given is the kubeconfig's to say. */
export type ClusterFlags = Partial<
  Record<'kubeconfig' | 'context' | 'cluster' | 'user' | 'namespace', string>
>

export interface ExecCommandLine {
  readonly pod: string
  readonly command: readonly string[]
  readonly stdin: boolean
  readonly verify: boolean
  readonly container: string | undefined
  readonly load: ClusterFlags
}

export interface ConfigCommandLine {
  readonly verb: 'view' | 'contexts'
  readonly load: ClusterFlags
}

/** Takes the arguments apart. @throws {UsageError} they mean nothing */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const separator = args.indexOf('--')
  const own = separator === -1 ? args : args.slice(0, separator)
  const { values, positionals } = parse(own)
  if (values.help === true || args.length === 0) return { action: 'help' }
  if (values.version === true) return { action: 'version' }
  const [action, ...operands] = positionals
  const { kubeconfig, context, cluster, user, namespace } = values
  const flags = Object.entries({ kubeconfig, context, cluster, user, namespace })
  const load: ClusterFlags = Object.fromEntries(flags.filter(([, value]) => value !== undefined))
  if (action === 'config') return { action, verb: configVerb(operands), load }
  if (action === 'exec') {
    if (values.tty === true) throw new UsageError('terminals (-t) are not supported yet')
    const command = separator === -1 ? null : args.slice(separator + 1)
    const { stdin = false, verify = false, container } = values
    return { action, ...execOperands(operands, command), stdin, verify, container, load }
  }
  throw new UsageError(`there is no command '${action ?? ''}'; see podwire --help`)
}

function execOperands(
  [target, ...rest]: readonly string[],
  command: readonly string[] | null,
): Pick<ExecCommandLine, 'pod' | 'command'> {
  if (target === undefined) throw new UsageError('name a pod: podwire exec POD -- COMMAND')
  if (rest.length > 0 || command === null) {
    throw new UsageError('the command stands behind --: podwire exec POD -- COMMAND')
  }
  if (command.length === 0) throw new UsageError('name a command behind --')
  return { pod: target.replace(/^pods?\//, ''), command }
}

function configVerb([verb, ...rest]: readonly string[]): ConfigCommandLine['verb'] {
  if ((verb === 'view' || verb === 'contexts') && rest.length === 0) return verb
  throw new UsageError('podwire config takes view or contexts')
}

const options = {
  namespace: { type: 'string', short: 'n' },
  container: { type: 'string', short: 'c' },
  stdin: { type: 'boolean', short: 'i' },
  tty: { type: 'boolean', short: 't' },
  verify: { type: 'boolean' },
  kubeconfig: { type: 'string' },
  context: { type: 'string' },
  cluster: { type: 'string' },
  user: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see podwire --help`)
  }
}
