package rest

import (
	"crypto/sha256"
	"net/http"
	"strconv"
	"testing"
)

// Answers that are small fill the bound, too: it is one for memory.
func TestKeptAnswersAreBounded(t *testing.T) {
	k := keptAnswers{answers: map[keptKey]keptAnswer{}}
	header, most := http.Header{"Content-Type": {"application/vnd.schemaregistry.v1+json"}}, 0
	for i := range 300_000 {
		k.put(sha256.Sum256([]byte(strconv.Itoa(i))), keptAnswer{header, []byte(`{}`)})
		most = max(most, len(k.answers))
	}
	if most > keptBytes/512 || most < 1000 {
		t.Errorf("%d answers were kept at once", most)
	}
	if _, ok := k.get(sha256.Sum256([]byte("299999"))); !ok {
		t.Error("the newest is not kept")
	}
}
