package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// received is a mail as it is printed, under the key mail.
type received struct {
	From    string   `json:"from"`
	To      []string `json:"to"`
	Subject string   `json:"subject"`
	// Parts are its texts by media type: text/plain, text/html.
	Parts map[string]string `json:"parts"`
}

// mailServer takes every mail, without TLS and without asking who sends it: it
// is for looking at mails, on a laptop or in a test.
func mailServer(out *printed) *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &mailSession{out: out}, nil
	}))
	s.Domain = "kmon.invalid"
	s.MaxMessageBytes = maxNotification
	s.ReadTimeout, s.WriteTimeout = time.Minute, time.Minute
	return s
}

// mailSession is one conversation with a sender.
type mailSession struct {
	out  *printed
	mail received
}

func (s *mailSession) Reset()        { s.mail = received{} }
func (s *mailSession) Logout() error { return nil }

func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.mail.From = from
	return nil
}

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = append(s.mail.To, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return &smtp.SMTPError{Code: 554, Message: "no mail: " + err.Error()}
	}
	if s.mail.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return &smtp.SMTPError{Code: 554, Message: "subject: " + err.Error()}
	}
	if s.mail.Parts, err = parts(m); err != nil {
		return &smtp.SMTPError{Code: 554, Message: err.Error()}
	}
	line, err := json.Marshal(map[string]received{"mail": s.mail})
	if err != nil {
		return err
	}
	return s.out.line(line)
}

// parts returns the texts of a mail, which has one, or some as alternatives.
func parts(m *mail.Message) (map[string]string, error) {
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		kind = "text/plain" // what a mail without one is
	}
	if !strings.HasPrefix(kind, "multipart/") {
		text, err := decoded(m.Header.Get("Content-Transfer-Encoding"), m.Body)
		return map[string]string{kind: text}, err
	}
	out := map[string]string{}
	for r := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("parts of the mail: %w", err)
		}
		kind, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil {
			return nil, fmt.Errorf("part of the mail: %w", err)
		}
		if out[kind], err = decoded(p.Header.Get("Content-Transfer-Encoding"), p); err != nil {
			return nil, err
		}
	}
}

func decoded(encoding string, r io.Reader) (string, error) {
	if strings.EqualFold(encoding, "quoted-printable") {
		r = quotedprintable.NewReader(r)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return "", fmt.Errorf("text of the mail: %w", err)
	}
	return b.String(), nil
}
