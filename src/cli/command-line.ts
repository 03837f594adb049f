import { parseArgs } from 'node:util'
import { UsageError } from './usage.ts'

/** What the command line asks for. */
export type CommandLine =
  | { readonly action: 'help' }
  | { readonly action: 'version' }
  | ({ readonly action: 'exec' } & ExecCommandLine)

export interface ExecCommandLine {
  readonly pod: string
  readonly command: readonly string[]
  readonly stdin: boolean
  readonly namespace: string | undefined
  readonly container: string | undefined
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly cluster: string | undefined
  readonly user: string | undefined
}

/** Takes the arguments apart. @throws {UsageError} they mean nothing */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const separator = args.indexOf('--')
  const own = separator === -1 ? args : args.slice(0, separator)
  const command = separator === -1 ? [] : args.slice(separator + 1)
  const { values, positionals } = parse(own)
  if (values.help === true || (args.length === 0 && command.length === 0)) return { action: 'help' }
  if (values.version === true) return { action: 'version' }
  const [action, target, ...rest] = positionals
  if (action !== 'exec') {
    throw new UsageError(`there is no command '${action ?? ''}'; see podwire --help`)
  }
  if (values.tty === true) throw new UsageError('terminals (-t) are not supported yet')
  if (target === undefined) throw new UsageError('name a pod: podwire exec POD -- COMMAND')
  if (rest.length > 0 || separator === -1) {
    throw new UsageError('the command stands behind --: podwire exec POD -- COMMAND')
  }
  if (command.length === 0) throw new UsageError('name a command behind --')
  return {
    action,
    pod: target.replace(/^pods?\//, ''),
    command,
    stdin: values.stdin === true,
    namespace: values.namespace,
    container: values.container,
    kubeconfig: values.kubeconfig,
    context: values.context,
    cluster: values.cluster,
    user: values.user,
  }
}

const options = {
  namespace: { type: 'string', short: 'n' },
  container: { type: 'string', short: 'c' },
  stdin: { type: 'boolean', short: 'i' },
  tty: { type: 'boolean', short: 't' },
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
