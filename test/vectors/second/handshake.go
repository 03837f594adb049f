package main

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"
)

const (
	v5           = "v5.channel.k8s.io"
	v4           = "v4.channel.k8s.io"
	v1           = "channel.k8s.io"
	base64V4     = "v4.base64.channel.k8s.io"
	base64V1     = "base64.channel.k8s.io"
	tunnelled    = "SPDY/3.1+portforward.k8s.io"
	bearerPrefix = "base64url.bearer.authorization.k8s.io."
)

type needs struct {
	Verb           string
	Stdin, Tty     bool
	ContainerStdin bool
}

// choice follows P-2.7 to P-2.9.
func choice(n needs) any {
	watches := n.Verb == "attach" && !n.Stdin && n.ContainerStdin
	first, second := v4, v5
	if n.Stdin && !n.Tty || watches {
		first, second = v5, v4
	}
	offer := func(subprotocol string) object {
		stdin := n.Stdin
		if subprotocol != v5 && (n.Verb == "exec" && n.Tty || watches) {
			stdin = true
		}
		return object{"offer": subprotocol, "stdin": stdin}
	}
	result := offer(first)
	result["fallback"] = offer(second)
	return result
}

type wanted struct{ Stdin, Stdout, Stderr, Tty bool }

// request follows P-1.1, P-1.3, P-1.4 and P-1.7, and takes the query apart again as a server would.
func request(r struct {
	Prefix, Verb, Namespace, Pod string
	Container                    *string
	Command                      []string
	Streams                      wanted
}) any {
	path := strings.TrimRight(r.Prefix, "/") + "/api/v1/namespaces/" + r.Namespace + "/pods/" + r.Pod + "/" + r.Verb
	query := url.Values{}
	for _, word := range r.Command {
		query.Add("command", word)
	}
	if r.Container != nil {
		query.Set("container", *r.Container)
	}
	for name, value := range map[string]bool{
		"stdin": r.Streams.Stdin, "stdout": r.Streams.Stdout, "stderr": r.Streams.Stderr, "tty": r.Streams.Tty,
	} {
		query.Set(name, map[bool]string{true: "true", false: "false"}[value])
	}
	parsed, err := url.ParseQuery(query.Encode())
	if err != nil {
		return object{"error": true}
	}
	return object{"path": path, "query": parsed}
}

// streams follows P-1.4 for a server.
func streams(input struct{ Query string }) any {
	query, _ := url.ParseQuery(input.Query)
	result := object{}
	for _, name := range []string{"stdin", "stdout", "stderr", "tty"} {
		values, there := query[name]
		result[name] = there && values[0] != "0" && !strings.EqualFold(values[0], "false")
	}
	return result
}

var known = map[string][]string{
	"exec":        {v4, v1, base64V4, base64V1},
	"attach":      {v4, v1, base64V4, base64V1},
	"portforward": {v4, base64V4},
}

// negotiation follows P-2.1 to P-2.5 and P-2.10.
func negotiation(input struct {
	Server, Verb string
	Lines        []string
}) any {
	if len(input.Lines) == 0 {
		return object{"chosen": ""}
	}
	offered, tokens := []string{}, []string{}
	for _, name := range strings.Split(input.Lines[0], ",") {
		name = strings.TrimSpace(name)
		if token, is := strings.CutPrefix(name, bearerPrefix); is {
			tokens = append(tokens, token)
		} else {
			offered = append(offered, name)
		}
	}
	result := object{}
	if len(tokens) > 0 {
		token, err := base64.RawURLEncoding.DecodeString(tokens[0])
		if len(tokens) > 1 || len(offered) == 0 || err != nil || !utf8.Valid(token) {
			return object{"refused": 401}
		}
		result["token"] = string(token)
	}
	if input.Server == "translating" {
		special := v5
		if input.Verb == "portforward" {
			special = tunnelled
		}
		if contains(offered, special) {
			result["chosen"] = special
			return result
		}
	}
	for _, name := range offered {
		if contains(known[input.Verb], name) {
			result["chosen"] = name
			return result
		}
	}
	return object{"refused": 403}
}

func contains(list []string, name string) bool {
	for _, one := range list {
		if one == name {
			return true
		}
	}
	return false
}

// bearer follows P-2.10.
func bearer(input struct{ Token string }) any {
	return object{"subprotocol": bearerPrefix + base64.RawURLEncoding.EncodeToString([]byte(input.Token))}
}

// handshakeAnswer follows P-2.6, P-2.7 and P-2.14.
func handshakeAnswer(input struct {
	Offered     string
	Fallback    *string
	HTTPStatus  int
	Subprotocol *string
	Body        string
}) any {
	if input.HTTPStatus == 101 {
		if input.Subprotocol == nil || *input.Subprotocol != input.Offered {
			return object{"broken": true}
		}
		return object{"open": input.Offered}
	}
	if input.HTTPStatus == 403 && input.Body == "" && input.Fallback != nil {
		return object{"retry": *input.Fallback}
	}
	message := strings.TrimSpace(input.Body)
	var status struct{ Message *string }
	if json.Unmarshal([]byte(input.Body), &status) == nil && status.Message != nil {
		message = *status.Message
	}
	return object{"refused": input.HTTPStatus, "message": message}
}
