// Command second implements docs/PROTOCOL.md a second time, from the document and the vectors' schema alone, to show
// that they are enough.
//
//	second FOLDER          answers all vectors of a folder and compares
//	second -serve FOLDER   answers lines {"id":…,"kind":…,"input":{…}} on stdin with lines {"id":…,"output":{…}} on stdout
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
)

type object = map[string]any

var kinds = map[string]func(json.RawMessage) (any, error){
	"choice":      answer(choice),
	"request":     answer(request),
	"streams":     answer(streams),
	"negotiation": answer(negotiation),
	"bearer":      answer(bearer),
	"answer":      answer(handshakeAnswer),
	"encode":      answer(encode),
	"decode":      answer(decode),
	"close":       answer(closeChannel),
	"resize":      answer(resize),
	"status":      answer(status),
	"session":     answer(session),
	"recording":   answer(recording),
	"forward":     answer(forward),
	"tunnel":      answer(tunnel),
}

func answer[Input any](function func(Input) any) func(json.RawMessage) (any, error) {
	return func(raw json.RawMessage) (any, error) {
		var input Input
		if err := json.Unmarshal(raw, &input); err != nil {
			return nil, err
		}
		return function(input), nil
	}
}

func ask(kind string, input json.RawMessage) (any, error) {
	function, known := kinds[kind]
	if !known {
		return nil, fmt.Errorf("unknown kind %q", kind)
	}
	return function(input)
}

// folder holds the vectors, and SPDY's dictionary.
var folder string

func main() {
	arguments, do := os.Args[1:], check
	if len(arguments) > 0 && arguments[0] == "-serve" {
		arguments, do = arguments[1:], serve
	}
	if len(arguments) != 1 {
		fmt.Fprintln(os.Stderr, "usage: second [-serve] FOLDER")
		os.Exit(2)
	}
	folder = arguments[0]
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	answers := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(answers)
	encoder.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return answers.Flush()
		}
		if err != nil {
			return err
		}
		var question struct {
			ID    json.RawMessage
			Kind  string
			Input json.RawMessage
		}
		if err := json.Unmarshal(line, &question); err != nil {
			return err
		}
		reply := object{"id": question.ID}
		if output, err := ask(question.Kind, question.Input); err == nil {
			reply["output"] = output
		} else {
			reply["problem"] = err.Error()
		}
		if err := encoder.Encode(reply); err != nil {
			return err
		}
		// Whoever sends many questions at once gets their answers together.
		if lines.Buffered() == 0 {
			if err := answers.Flush(); err != nil {
				return err
			}
		}
	}
}

func check() error {
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return err
	}
	passed, failed := 0, 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var file struct {
			Version int
			Kind    string
			Vectors []struct {
				ID              string
				Input, Expected json.RawMessage
			}
		}
		if err := json.Unmarshal(text, &file); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if file.Kind == "" {
			continue // the schema, the dictionary
		}
		if file.Version != 1 {
			return fmt.Errorf("%s has version %d", path, file.Version)
		}
		for _, vector := range file.Vectors {
			output, err := ask(file.Kind, vector.Input)
			if err != nil {
				return fmt.Errorf("%s: %w", vector.ID, err)
			}
			got, _ := json.Marshal(output)
			if equal(got, vector.Expected) {
				passed++
				continue
			}
			failed++
			fmt.Printf("%s\n  expected %s\n  got      %s\n", vector.ID, vector.Expected, got)
		}
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 || passed == 0 {
		return errors.New("not all vectors are answered as expected")
	}
	return nil
}

func equal(one, other []byte) bool {
	var first, second any
	return json.Unmarshal(one, &first) == nil && json.Unmarshal(other, &second) == nil && reflect.DeepEqual(first, second)
}
