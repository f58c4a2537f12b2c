package access

import "strconv"

// Data is the view's content as plain values, complete and masked: maps with text keys, lists, text, bytes, int64, float64,
// bool, nil. It is for filters: a masked leaf is compared as its mask. Decimals and whatever could not be decoded are text.
func (v View) Data() any {
	if v.root == nil {
		return nil
	}
	return v.root.data()
}

func (n *Node) data() any {
	switch n.Kind {
	case kindObject:
		m := make(map[string]any, len(n.Items))
		for i := range n.Items {
			m[n.Items[i].Name] = n.Items[i].data()
		}
		return m
	case kindMap:
		m := make(map[string]any, len(n.Items))
		for i := range n.Items {
			if entry := n.Items[i].Items; len(entry) == 2 {
				m[entry[0].Value] = entry[1].data()
			} else {
				m[n.Items[i].Name] = n.Items[i].data()
			}
		}
		return m
	case kindList:
		l := make([]any, len(n.Items))
		for i := range n.Items {
			l[i] = n.Items[i].data()
		}
		return l
	case kindNull:
		return nil
	case kindBool:
		return n.Value == "true"
	case kindInt:
		if i, err := strconv.ParseInt(n.Value, 10, 64); err == nil {
			return i
		}
	case kindFloat:
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	case kindBytes:
		return []byte(n.Value)
	}
	return n.Value
}
