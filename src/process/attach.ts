import { PodwireError, UpgradeError } from '../errors.ts'
import { attachTarget } from '../pods/attach-target.ts'
import type { Container } from '../pods/container.ts'
import { getPod } from '../pods/pod-resource.ts'
import { supportsClose } from '../protocol/index.ts'
import type { PodReference } from '../protocol/request.ts'
import type { ApiServer } from '../transport/api-server.ts'
import type { AttachOptions } from './attach-options.ts'
import { openProcess } from './open-process.ts'
import type { SessionDefaults } from './options.ts'
import type { RemoteProcess } from './remote-process.ts'
import { streamOpener } from './stream-request.ts'

/** Reads the pod and attaches to one of its containers. @param options valid ones */
export async function attachTo(
  server: ApiServer,
  pod: PodReference & { readonly container: string | undefined },
  options: AttachOptions,
  defaults: SessionDefaults,
): Promise<RemoteProcess> {
  const { signal, subprotocol, trace, size } = options
  const resource = await getPod(server, pod, signal, true).catch((error) => {
    throw withHint(error)
  })
  const container = attachTarget(resource, pod.container)
  checkStdin(container, options)
  const { name, tty, stdin: containerStdin, stdinOnce: containerStdinOnce } = container
  const open = streamOpener(server, {
    kind: 'attach',
    namespace: pod.namespace,
    pod: pod.pod,
    container: name,
    command: null,
    stdin: options.stdin === true,
    stdout: options.stdout !== false,
    stderr: options.stderr !== false && !tty,
    tty,
    containerStdin,
    containerStdinOnce,
    subprotocol,
    trace,
  })
  const { stdin, stdout, stderr, stdinWindow } = options
  const streams = { signal, stdin, stdout, stderr, stdinWindow, tty: tty && (size ?? true) }
  try {
    return await openProcess(open, 'attach', streams, defaults)
  } catch (error) {
    const needsV5 = containerStdin && containerStdinOnce && stdin !== true
    const lacksV5 = error instanceof UpgradeError && error.code === 'ERR_SUBPROTOCOL'
    throw needsV5 && lacksV5 ? stdinWouldEnd(name, error) : error
  }
}

function checkStdin({ name, stdin, stdinOnce }: Container, options: AttachOptions): void {
  if (options.stdin === true && !stdin) {
    // What is written blocks the whole session on real clusters: nobody reads it.
    const message = `container ${name} has no stdin to attach to: its spec does not say stdin: true`
    throw new PodwireError('ERR_CONTAINER_STDIN', message)
  }
  const { subprotocol } = options
  if (subprotocol === undefined || supportsClose(subprotocol)) return
  if (stdin && stdinOnce && options.stdin !== true) throw stdinWouldEnd(name)
}

function stdinWouldEnd(name: string, cause?: Error): PodwireError {
  return new PodwireError(
    'ERR_CONTAINER_STDIN',
    `without v5.channel.k8s.io (Kubernetes 1.30), attaching to container ${name} takes its stdin, which ends for good with the session (stdinOnce): ask for stdin, too, if that is wanted`,
    { cause },
  )
}

function withHint(error: unknown): unknown {
  if (!(error instanceof UpgradeError) || error.httpStatus !== 403) return error
  const hint = 'attach reads the pod first: the role needs the verb get on pods'
  const { code, httpStatus, status } = error
  const words = error.hint === null ? error.message : error.message.replace(error.hint, hint)
  return new UpgradeError(code, words, { httpStatus, status, hint, cause: error })
}
