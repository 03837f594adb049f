const namespace = 'http://www.w3.org/2000/svg'
const height = 22
const left = 110
const width = 1000

/** One lane for each kind of row, time from left to right; up is sent, down is received. */
export function lanes(rows) {
  const kinds = [...new Set(rows.map(({ what }) => what))]
  const last = rows.reduce((latest, { time }) => Math.max(latest, time), 0.001)
  const svg = element('svg', {
    viewBox: `0 0 ${left + width + 10} ${kinds.length * height + 22}`,
    role: 'img',
    'aria-label': `${rows.length} events in ${last.toFixed(1)} milliseconds`,
  })
  for (const [index, kind] of kinds.entries()) {
    const y = index * height + height / 2
    svg.append(text(kind, { x: 0, y: y + 4 }))
    svg.append(element('line', { x1: left, x2: left + width, y1: y, y2: y }))
    for (const x of ticks(rows, kind, last, 'out')) svg.append(bar(x, y - 8))
    for (const x of ticks(rows, kind, last, 'in')) svg.append(bar(x, y))
    for (const x of ticks(rows, kind, last, null)) svg.append(bar(x, y - 4))
  }
  const bottom = kinds.length * height + 16
  svg.append(text('0 ms', { x: left, y: bottom }))
  const end = `${last.toFixed(1)} ms`
  svg.append(text(end, { x: left + width, y: bottom, 'text-anchor': 'end' }))
  return svg
}

/** Where there are marks; a million events in one place are one. */
function ticks(rows, kind, last, direction) {
  const own = rows.filter((row) => row.what === kind && row.direction === direction)
  return new Set(own.map(({ time }) => left + Math.round((time / last) * width)))
}

function bar(x, y) {
  return element('rect', { x: x - 1, y, width: 2, height: 8 })
}

function text(content, attributes) {
  const node = element('text', attributes)
  node.textContent = content
  return node
}

function element(name, attributes) {
  const node = document.createElementNS(namespace, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value))
  return node
}
