package share

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// signature is the attachment of that name.
type signature struct {
	Kind      string `json:"kind"`
	Algorithm string `json:"algorithm"`
	Key       []byte `json:"key"`
	Signature []byte `json:"signature"`
}

const (
	signatureKind = "sightglass-signature"
	algorithm     = "ed25519"
)

// Fingerprint names a public key, as ssh does: SHA256: and base64.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

func sign(key ed25519.PrivateKey, statement []byte) ([]byte, error) {
	public, _ := key.Public().(ed25519.PublicKey) // it always is
	return json.Marshal(signature{signatureKind, algorithm, public, ed25519.Sign(key, statement)})
}

// checkSignature gives the key that signed a statement. Errors: ErrChanged, ErrVersion.
func checkSignature(raw, statement []byte) (ed25519.PublicKey, error) {
	var s signature
	if err := json.Unmarshal(raw, &s); err != nil || s.Kind != signatureKind || s.Algorithm != algorithm || len(s.Key) != ed25519.PublicKeySize {
		return nil, changed("its signature cannot be read")
	}
	if !ed25519.Verify(s.Key, statement, s.Signature) {
		return nil, changed("the signature is of something else")
	}
	return s.Key, nil
}
