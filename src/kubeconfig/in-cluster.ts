import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { readBounded, reasonOf } from '../auth/bounded-file.ts'
import { tokenFileReader } from '../auth/token-file.ts'
import { KubeconfigError } from '../errors.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { parseServer } from './server.ts'
import type { Surroundings } from './surroundings.ts'
import { checkTls } from './tls.ts'

const MAX_BYTES = 4 * 1024 * 1024

/** Whether this process runs in a pod with a service account, by client-go's test (client_config.go). */
export async function isInCluster({ env, serviceAccount }: Surroundings): Promise<boolean> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  if (!host || !port) return false
  return stat(join(serviceAccount, 'token')).then(
    (token) => !token.isDirectory(),
    () => false,
  )
}

/**
 * The pod's own cluster and service account; always https, whatever the port.
 *
 * @throws {KubeconfigError} `ERR_KUBECONFIG_INVALID`: the environment, the token or the certificate authority cannot be used
 */
export async function inClusterConfig(surroundings: Surroundings): Promise<ClusterConfig> {
  const { env, serviceAccount } = surroundings
  const tokenFile = join(serviceAccount, 'token')
  await tokenFileReader(tokenFile)().catch((cause: Error) => {
    throw new KubeconfigError('ERR_KUBECONFIG_INVALID', cause.message, { file: tokenFile, cause })
  })
  const caFile = join(serviceAccount, 'ca.crt')
  return {
    server: serverOf(env['KUBERNETES_SERVICE_HOST'] ?? '', env['KUBERNETES_SERVICE_PORT'] ?? ''),
    tls: { ca: await readCa(caFile), caFile },
    auth: { tokenFile },
  }
}

/** `POD_NAMESPACE`, then the service account's own, then `default`. */
export async function podNamespace({ env, serviceAccount }: Surroundings): Promise<string> {
  const { POD_NAMESPACE: fromEnv } = env
  if (fromEnv) return fromEnv
  const bytes = await readBounded(join(serviceAccount, 'namespace'), MAX_BYTES).catch(() => null)
  return bytes?.toString('utf8').trim() || 'default'
}

function serverOf(host: string, port: string): string {
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  try {
    return parseServer(`https://${authority}:${port}`).href
  } catch (cause) {
    throw new KubeconfigError(
      'ERR_KUBECONFIG_INVALID',
      'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not a host and a port',
      { field: 'KUBERNETES_SERVICE_HOST', cause },
    )
  }
}

/** client-go goes on with the system's authorities when this file is unusable; podwire does not guess whom to trust. */
async function readCa(path: string): Promise<string> {
  try {
    const { ca } = checkTls({ ca: await readBounded(path, MAX_BYTES) }, NAMES)
    return String(ca)
  } catch (cause) {
    const problem = cause instanceof RangeError ? cause.message : `${path} ${reasonOf(cause)}`
    throw new KubeconfigError(
      'ERR_KUBECONFIG_INVALID',
      `the service account's certificate authority cannot be used: ${problem}`,
      { file: path, cause },
    )
  }
}

const NAMES = { ca: 'ca.crt', cert: '', key: '', insecureSkipVerify: '' }
