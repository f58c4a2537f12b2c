package identity

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// ErrPassword means that a password cannot be taken.
var ErrPassword = errors.New("the password is not between 12 and 256 characters of text")

// Bounds of a password in characters. There are no rules on what it is made of: they make passwords worse.
const (
	minPassword = 12
	maxPassword = 256
)

// cost is what a try costs: argon2id's time, memory in KiB and lanes.
type cost struct {
	time, memory uint32
	lanes        uint8
}

// ofNow is the second recommended choice of RFC 9106, section 4, with its 128 bits of salt and 256 of hash.
var ofNow = cost{time: 3, memory: 64 << 10, lanes: 4}

const (
	saltBytes = 16
	hashBytes = 32
)

// mostMemory bounds what a written hash can ask for, KiB.
const mostMemory = 1 << 20

// hashPassword gives the hash of a password with its parameters, as $argon2id$v=19$m=65536,t=3,p=4$salt$hash. ErrPassword.
func hashPassword(password string, c cost) (string, error) {
	if n := utf8.RuneCountInString(password); !utf8.ValidString(password) || n < minPassword || n > maxPassword {
		return "", ErrPassword
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // it never fails
	hash := c.hash(password, salt, hashBytes)
	text := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.time, c.lanes, text.EncodeToString(salt), text.EncodeToString(hash)), nil
}

// hash takes the same text for the same however it was typed: NFC.
func (c cost) hash(password string, salt []byte, length uint32) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.time, c.memory, c.lanes, length)
}

// matches tells whether password is the one that written is the hash of. What is no hash matches nothing.
func matches(written, password string) bool {
	c, salt, want, err := parseHash(written)
	if err != nil || utf8.RuneCountInString(password) > maxPassword {
		return false
	}
	return subtle.ConstantTimeCompare(c.hash(password, salt, uint32(len(want))), want) == 1
}

// parseHash reads what hashPassword writes. Its errors never show the text.
func parseHash(written string) (c cost, salt, hash []byte, err error) {
	broken := errors.New("not an argon2id hash")
	part := strings.Split(written, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, broken
	}
	if n, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.memory, &c.time, &c.lanes); err != nil || n != 3 {
		return c, nil, nil, broken
	}
	if c.time < 1 || c.time > 100 || c.lanes < 1 || c.memory < 8*uint32(c.lanes) || c.memory > mostMemory {
		return c, nil, nil, broken
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(part[4])
	hash, err2 := base64.RawStdEncoding.DecodeString(part[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(salt) > 64 || len(hash) < 16 || len(hash) > 64 {
		return c, nil, nil, broken
	}
	return c, salt, hash, nil
}

// NewPassword makes a password for somebody who gave none: 130 random bits.
func NewPassword() string { return rand.Text() }
