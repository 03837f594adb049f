import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { requestConnect } from './connect-tunnel.ts'
import type { ProxyServer } from './proxy.ts'
import { proxyError } from './proxy-failure.ts'
import { requestSocks5 } from './socks5.ts'
import type { Target } from './target.ts'
import type { TlsOptions } from './tls.ts'

/**
 * A connection to `target` through a proxy. An abort destroys it as long as it is not there yet.
 * @param tls for an https proxy
 * @throws {ConnectionError} `ERR_PROXY`
 */
export async function openTunnel(
  proxy: ProxyServer,
  target: Target,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted()
  const { hostname: host, port } = proxy
  const secure = proxy.protocol === 'https'
  const socket = secure ? connectTls({ ...tls, host, port }) : connect({ host, port })
  const abort = () => socket.destroy()
  signal.addEventListener('abort', abort, { once: true })
  // Kept for good: whoever gets the socket listens to what is made of it.
  socket.on('error', () => {})
  try {
    await once(socket, secure ? 'secureConnect' : 'connect', { signal })
    if (proxy.protocol === 'socks5') await requestSocks5(socket, target, proxy)
    else await requestConnect(socket, target, proxy)
    signal.throwIfAborted()
    return socket
  } catch (error) {
    socket.destroy()
    signal.throwIfAborted()
    throw proxyError(proxy, error as Error)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
