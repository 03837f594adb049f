import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Interruption } from './interruption.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
}

/** The page may load what this server has, and nothing else; nor may a page elsewhere have it in a frame. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'"

/** Serves a trace as a page until the program is interrupted; who does not know the path sees nothing. */
export async function serveTrace(trace: string): Promise<number> {
  const root = `/${randomBytes(16).toString('hex')}/`
  const server = createServer((request, response) => void answer(request, response, root, trace))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  process.stdout.write(`http://127.0.0.1:${port}${root}site/\n`)
  return Interruption.during(async ({ signal }) => {
    await once(signal, 'abort')
    server.close()
    server.closeAllConnections()
    return 0
  })
}

async function answer(
  { url = '', method }: IncomingMessage,
  response: ServerResponse,
  root: string,
  trace: string,
): Promise<void> {
  const path = url.startsWith(root) ? url.slice(root.length).replace(/\?.*$/s, '') : null
  const content = method === 'GET' && path !== null ? await contentOf(path, trace) : null
  if (content === null) {
    response.writeHead(404).end()
    return
  }
  const headers = {
    'Content-Type': `${content.type}; charset=utf-8`,
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
  }
  response.writeHead(200, headers).end(content.body)
}

/** The page and the protocol's code are in `dist`, beside this program. */
async function contentOf(path: string, trace: string) {
  if (path === 'site/trace.jsonl') return { type: 'text/plain', body: trace }
  const folder = distFolder()
  const file = resolve(folder, path.endsWith('/') ? `${path}index.html` : path)
  const name = relative(folder, file)
  const type = types[extname(file)]
  if (type === undefined || !/^(?:site|protocol|shared)[\\/]/.test(name)) return null
  return readFile(file).then(
    (body) => ({ type, body }),
    () => null,
  )
}

function distFolder(): string {
  const own = dirname(fileURLToPath(import.meta.url))
  return join(own, '..')
}
