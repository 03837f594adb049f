package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
)

// forward follows section 10.
func forward(input struct {
	Subprotocol string
	Ports       []int
	Steps       []message
}) any {
	events := []object{}
	named := make([]bool, 2*len(input.Ports))
	for step, m := range input.Steps {
		event := object{"step": step}
		if m.Close != nil || m.Lost {
			normal := m.Close != nil && m.Close[0] == float64(1000)
			event[map[bool]string{true: "end", false: "lost"}[normal]] = true
			return object{"events": append(events, event)}
		}
		channel, payload, violation := read(input.Subprotocol, m)
		if violation != "" {
			event["violation"] = violation
			return object{"events": append(events, event)}
		}
		if len(payload) == 0 || channel >= len(named) {
			continue
		}
		port := input.Ports[channel/2]
		if !named[channel] {
			named[channel] = true
			if len(payload) != 2 || int(binary.LittleEndian.Uint16(payload)) != port {
				event["violation"] = "port"
				return object{"events": append(events, event)}
			}
			if channel%2 == 1 {
				continue
			}
			event["open"] = true
		} else if channel%2 == 0 {
			event["data"] = hex.EncodeToString(payload)
		} else {
			event["error"] = string(payload)
		}
		event["port"] = port
		events = append(events, event)
	}
	return object{"events": events}
}

// dictionary is read from beside the vectors.
func dictionary() []byte {
	text, err := os.ReadFile(filepath.Join(folder, "spdy-dictionary.json"))
	if err != nil {
		panic(err)
	}
	var file struct{ Hex string }
	if err := json.Unmarshal(text, &file); err != nil {
		panic(err)
	}
	return bytesOf(file.Hex)
}

// headerBlocks inflates the header blocks of one direction.
type headerBlocks struct {
	compressed []byte
	inflated   int
}

// next inflates from the beginning, which is slow and simple.
func (h *headerBlocks) next(block []byte) [][2]string {
	h.compressed = append(h.compressed, block...)
	inflater, err := zlib.NewReaderDict(bytes.NewReader(h.compressed), dictionary())
	if err != nil {
		panic(err)
	}
	// The stream goes on, so that its end comes too early.
	all, _ := io.ReadAll(inflater)
	rest := all[h.inflated:]
	h.inflated = len(all)
	number := func() int {
		value := binary.BigEndian.Uint32(rest)
		rest = rest[4:]
		return int(value)
	}
	text := func() string {
		length := number()
		value := string(rest[:length])
		rest = rest[length:]
		return value
	}
	headers := [][2]string{}
	for count := number(); count > 0; count-- {
		name := text()
		headers = append(headers, [2]string{name, text()})
	}
	return headers
}

// tunnel follows P-11.2 to P-11.11 for one direction.
func tunnel(input struct{ Chunks []string }) any {
	var rest []byte
	for _, chunk := range input.Chunks {
		rest = append(rest, bytesOf(chunk)...)
	}
	frames, headers := []object{}, headerBlocks{}
	for len(rest) >= 8 {
		length := 8 + int(rest[5])<<16 + int(rest[6])<<8 + int(rest[7])
		if len(rest) < length {
			break
		}
		frames = append(frames, frameOf(rest[:8], rest[8:length], &headers))
		rest = rest[length:]
	}
	return object{"frames": frames}
}

func frameOf(head, payload []byte, headers *headerBlocks) object {
	fin := head[4]&1 == 1
	number := func(at int) int { return int(binary.BigEndian.Uint32(payload[at:])) }
	if head[0]&0x80 == 0 {
		stream := int(binary.BigEndian.Uint32(head))
		return object{"type": "DATA", "stream": stream, "fin": fin, "payload": hex.EncodeToString(payload)}
	}
	switch kind := int(binary.BigEndian.Uint16(head[2:])); kind {
	case 1:
		return object{"type": "SYN_STREAM", "stream": number(0), "fin": fin, "headers": headers.next(payload[10:])}
	case 2:
		return object{"type": "SYN_REPLY", "stream": number(0), "fin": fin, "headers": headers.next(payload[4:])}
	case 8:
		return object{"type": "HEADERS", "stream": number(0), "fin": fin, "headers": headers.next(payload[4:])}
	case 3:
		return object{"type": "RST_STREAM", "stream": number(0), "code": number(4)}
	case 6:
		return object{"type": "PING", "id": number(0)}
	case 7:
		return object{"type": "GOAWAY", "stream": number(0), "code": number(4)}
	default:
		return object{"type": "OTHER", "number": kind}
	}
}
