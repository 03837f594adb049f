/** Which streams a session asks for. Over WebSocket the server's defaults are all false. */
export interface RequestedStreams {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

export interface PodReference {
  readonly namespace: string
  readonly pod: string
}

export interface AttachRequest extends PodReference, RequestedStreams {
  /** Absent: the server takes the only container, or refuses with 400 when there are several. */
  readonly container?: string | undefined
}

export interface ExecRequest extends AttachRequest {
  /** The argv; no shell is involved. */
  readonly command: readonly string[]
}

/**
 * Path and query of an exec. Always sent with GET: a server answers 405 to a WebSocket upgrade with POST.
 * @param prefix the path of the API server's URL, such as `/k8s/clusters/c-1`
 * @throws {TypeError | RangeError} names or command are not ones
 */
export function execPath(request: ExecRequest, prefix = ''): string {
  const query = streamsQuery(request)
  for (const argument of validCommand(request.command)) query.append('command', argument)
  return `${podPath(request, prefix)}/exec?${query}`
}

/** Path and query of an attach. `tty` must be the container's own: the kubelet ignores the request's. */
export function attachPath(request: AttachRequest, prefix = ''): string {
  return `${podPath(request, prefix)}/attach?${streamsQuery(request)}`
}

/** Path of one pod. */
export function podPath({ namespace, pod }: PodReference, prefix = ''): string {
  return `${podsPath(namespace, prefix)}/${validName('pod', pod)}`
}

/** Path of a namespace's pods, or of all pods. */
export function podsPath(namespace: string | null, prefix = ''): string {
  const base = `${withoutTrailingSlashes(prefix)}/api/v1`
  return namespace === null
    ? `${base}/pods`
    : `${base}/namespaces/${validName('namespace', namespace)}/pods`
}

function withoutTrailingSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end -= 1
  return path.slice(0, end)
}

function streamsQuery(request: AttachRequest): URLSearchParams {
  const query = new URLSearchParams()
  if (request.container !== undefined) {
    query.set('container', validName('container', request.container))
  }
  // All four, always: to the server an absent parameter is false, and any word but `false` and `0` is true.
  for (const stream of ['stdin', 'stdout', 'stderr', 'tty'] as const) {
    const requested: unknown = request[stream]
    if (typeof requested !== 'boolean') throw new TypeError(`${stream} must be a boolean`)
    query.set(stream, String(requested))
  }
  return query
}

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'
const labelName = { pattern: new RegExp(`^${label}$`), length: 63, signs: "'-'" }
const subdomain = {
  pattern: new RegExp(`^${label}(?:\\.${label})*$`),
  length: 253,
  signs: "'-' and '.'",
}
const names = { namespace: labelName, pod: subdomain, container: labelName, workload: subdomain }

/**
 * The name itself, when it is one that Kubernetes accepts (DNS-1123), which leaves nothing in it to be encoded.
 * @throws {TypeError} not a string
 * @throws {RangeError} not a name of that kind
 */
export function validName(
  kind: 'namespace' | 'pod' | 'container' | 'workload',
  name: unknown,
): string {
  if (typeof name !== 'string') throw new TypeError(`the ${kind}'s name must be a string`)
  const { pattern, length, signs } = names[kind]
  if (name.length > length || !pattern.test(name)) {
    const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
    throw new RangeError(
      `${shown} is not a ${kind}'s name: lower case letters, digits, ${signs}, at most ${length} characters`,
    )
  }
  return name
}

/**
 * The command itself, when it is an argv. Its elements are not quoted in errors: they may be secret.
 * @throws {TypeError} not an array of strings
 * @throws {RangeError} empty, or with a NUL character, which no argument can hold
 */
export function validCommand(command: unknown): readonly string[] {
  if (typeof command === 'string') {
    throw new TypeError(
      "command must be an array of strings, such as ['ls', '-l'] or ['sh', '-c', 'a | b']; a single string is not split",
    )
  }
  if (!Array.isArray(command)) throw new TypeError('command must be an array of strings')
  if (command.length === 0) throw new RangeError('command must name a program: the array is empty')
  for (const [index, argument] of command.entries()) {
    if (typeof argument !== 'string') {
      throw new TypeError(`command[${index}] must be a string, not ${typeof argument}`)
    }
    validArgument(`command[${index}]`, argument)
  }
  return command as readonly string[]
}

/**
 * Text that can be an argument, or a part of one. It is not quoted in errors: it may be secret.
 * @param name what the error calls it
 * @throws {RangeError} it holds what would arrive as something else, or not at all
 */
export function validArgument(name: string, text: string): string {
  // It would be sent as another character.
  if (/\p{Surrogate}/u.test(text)) {
    throw new RangeError(`${name} holds half a surrogate pair, which is no text`)
  }
  if (text.includes('\0')) throw new RangeError(`${name} holds a NUL character`)
  return text
}
