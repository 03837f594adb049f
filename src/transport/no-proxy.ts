import { BlockList, isIP } from 'node:net'
import type { Target } from './target.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Addresses of IPv4, also as IPv6 has them. */
const version4 = new BlockList()
version4.addSubnet('0.0.0.0', 0, 'ipv4')

/**
 * Whether the environment's proxies are not for a target: Go's rules (golang.org/x/net/http/httpproxy), by which names
 * are never resolved, and `LOCALHOST`, `localhost.` and `a.localhost` are names like any other.
 */
export function isExempt(target: Target, noProxy: string): boolean {
  const { hostname } = target
  if (hostname === 'localhost' || contains(loopback, hostname)) return true
  return noProxy.split(',').some((entry) => matches(entry.trim().toLowerCase(), target))
}

function matches(entry: string, target: Target): boolean {
  if (entry === '') return false
  if (entry === '*') return true
  const inNetwork = matchesNetwork(entry, target.hostname)
  if (inNetwork !== null) return inNetwork
  const { host, port } = splitPort(entry)
  if (port !== '' && port !== String(target.port)) return false
  if (isIP(host) !== 0) return contains(single(host), target.hostname)
  return matchesName(host, target.hostname.toLowerCase())
}

/** `foo.com` is itself and what is below it; `.foo.com` and `*.foo.com` are what is below it only. */
function matchesName(entry: string, hostname: string): boolean {
  if (entry === '') return false
  const suffix = entry.startsWith('*.') ? entry.slice(1) : entry
  if (suffix.startsWith('.')) return hostname.endsWith(suffix)
  return hostname === suffix || hostname.endsWith(`.${suffix}`)
}

/** `null`: the entry is no network. */
function matchesNetwork(entry: string, hostname: string): boolean | null {
  const [, address = '', length = ''] = /^([^/]*)\/([0-9]{1,3})$/.exec(entry) ?? []
  const version = isIP(address)
  if (version === 0 || Number(length) > (version === 4 ? 32 : 128)) return null
  // Node, unlike Go, has every IPv4 address in `::/0`.
  if (version === 6 && Number(length) < 96 && contains(version4, hostname)) return false
  const network = new BlockList()
  network.addSubnet(address, Number(length), version === 4 ? 'ipv4' : 'ipv6')
  return contains(network, hostname)
}

function single(address: string): BlockList {
  const list = new BlockList()
  list.addAddress(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
  return list
}

function contains(list: BlockList, hostname: string): boolean {
  const version = isIP(hostname)
  return version !== 0 && list.check(hostname, version === 4 ? 'ipv4' : 'ipv6')
}

/** Brackets mean something in front of a port only: `[fd00::1]` alone matches nothing, as in Go. */
function splitPort(entry: string): { host: string; port: string } {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(entry)
  if (match === null) return { host: entry, port: '' }
  const [, bracketed, plain = '', port = ''] = match
  return { host: bracketed ?? plain, port }
}
