# tables.awk - turns the tables of src/sip/data/ into one C file of const arrays (POSIX awk).
# usage: awk -f tables.awk sip-codes.tsv sip-classes.tsv q850-causes.tsv warning-codes.tsv reason-phrases.tsv cases.tsv
#        patterns.tsv > tables.c
# The one thing to know: columns are found by the names in each file's first row, files by their own name, so neither
# order matters; rows come out sorted by number, because explain.c finds them by bisection.

BEGIN {
	FS = "\t"
	ncode = nclass = ncause = nwarn = nphrase = ncase = npattern = 0
}

FNR == 1 {
	table = FILENAME
	sub(/^.*\//, "", table)
	split("", col)
	for (i = 1; i <= NF; i++)
		col[$i] = i
	next
}

# A cell as a C expression: a string, or NULL for "-" and for a column that is not there.
function text(name,   s) {
	s = (name in col) ? $col[name] : "-"
	return quote(s)
}

# Character by character, because awks differ in what a backslash means in the replacement of gsub.
function quote(s,   i, c, out) {
	if (s == "-" || s == "")
		return "NULL"
	if (s !~ /["\\]/)
		return "\"" s "\""
	out = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		out = out (c == "\"" || c == "\\" ? "\\" c : c)
	}
	return "\"" out "\""
}

# A cell that is a list: declares the array and returns its name.
function list(name, label,   n, part, i, out) {
	if (!(name in col) || $col[name] == "-")
		return "NULL"
	n = split($col[name], part, / [|] /)
	out = "static const char *const " label "[] = { "
	for (i = 1; i <= n; i++)
		out = out quote(part[i]) ", "
	decl[++ndecl] = out "NULL };"
	return label
}

table == "sip-codes.tsv" {
	k = $col["code"] + 0
	key_code[++ncode] = k
	row_code[ncode] = "\t{ " k ", " text("reason_phrase") ", " text("rfc") ", " text("seed_note") ", " \
		text("expected") ", " text("expected_when") ", " text("retryable") ", " text("retry_note") ", " \
		text("generated_by") ",\n\t  " text("meaning") ", " text("q850_mapping") ", " text("severity") ", " \
		text("bucket") ", " text("detail_headers") ",\n\t  " list("likely_causes", "code_causes_" k) ", " \
		list("check_next", "code_checks_" k) " },"
}

table == "sip-classes.tsv" {
	k = substr($col["class"], 1, 1) * 100
	key_class[++nclass] = k
	row_class[nclass] = "\t{ " k ", " text("name") ", " text("seed_note") ", " text("meaning") ", " \
		text("operator_rule") " },"
}

table == "q850-causes.tsv" {
	k = $col["cause"] + 0
	key_cause[++ncause] = k
	row_cause[ncause] = "\t{ " k ", " text("name") ", " text("kind") ", " text("meaning") ", " \
		text("cause_to_sip_rfc3398") ", " text("asterisk_name") ", " text("freeswitch_name") ", " \
		text("operator_note") " },"
}

table == "warning-codes.tsv" {
	k = $col["code"] + 0
	key_warn[++nwarn] = k
	row_warn[nwarn] = "\t{ " k ", " text("name") ", " text("meaning") ", " \
		list("likely_causes", "warning_causes_" k) ", " list("check_next", "warning_checks_" k) " },"
}

# Where a row's pattern is looked for, as a member of enum phrase_field.
function field_of(s) {
	if (s ~ /^status-line/)
		return "PHRASE_IN_STATUS"
	if (s ~ /^Reason/)
		return "PHRASE_IN_REASON"
	if (s ~ /^Warning/)
		return "PHRASE_IN_WARNING"
	return "PHRASE_IN_DETAIL"
}

# Words out of a cell as an array of lower-case strings, NULL when none is left.
function words(s, label, skip,   n, part, i, w, out, found) {
	n = split(s, part, /[ ,()\/]+/)
	out = "static const char *const " label "[] = { "
	found = 0
	for (i = 1; i <= n; i++) {
		w = part[i]
		if (length(w) < 3 || index(skip, " " tolower(w) " "))
			continue
		out = out quote(tolower(w)) ", "
		found++
	}
	if (!found)
		return "NULL"
	decl[++ndecl] = out "NULL };"
	return label
}

table == "reason-phrases.tsv" {
	k = $col["code"] == "*" ? 0 : $col["code"] + 0
	field = $col["match_field"]
	key_phrase[++nphrase] = k
	row_phrase[nphrase] = "\t{ " k ", " text("phrase_pattern") ", " text("match_field") ", " text("meaning") ", " \
		text("check_next") ", " text("source_product") ", " text("evidence") " },"
	need = "NULL"
	if (field ~ / contains /) {
		sender = field
		sub(/^.* contains /, "", sender)
		need = words(sender, "phrase_need_" nphrase, " or and ")
	}
	maker = words($col["source_product"], "phrase_maker_" nphrase, \
		" and based others legacy carriers generic phones softphones softswitches product not confirmed unknown " \
		"proxy seen traces scripts example pbx pbxs sbc sip ims rfc 8224 9410 itsp vendor help page products " \
		"gateways verifiers pass-through stir shaken anonymous call rejection calling business elastic trunking ser chan_sip " \
		"chan_pjsip unified sip-router ")
	own = field ~ /own PBX/ ? "true" : "false"
	rule_phrase[nphrase] = "\t{ " field_of(field) ", " own ", " need ", " maker " },"
}

# Cases come out in the order of the file: there are a few, found by their key.
table == "cases.tsv" {
	key_case[++ncase] = 0
	row_case[ncase] = "\t{ " text("key") ", " text("headline") ",\n\t  " list("likely_causes", "case_causes_" ncase) ", " \
		list("check_next", "case_checks_" ncase) " },"
}

table == "patterns.tsv" {
	k = $col["number"] + 0
	key_pattern[++npattern] = k
	row_pattern[npattern] = "\t{ " k ", " ($col["rank"] + 0) ", " text("kind") ", " text("title") ",\n\t  " \
		text("meaning") ",\n\t  " text("harmless") ", " list("check_next", "pattern_checks_" k) " },"
}

# Stable sort of the row numbers 1..n by key, into order[].
function sort_rows(key, n, order,   i, j, t) {
	for (i = 1; i <= n; i++) {
		t = i
		for (j = i - 1; j >= 1 && key[order[j]] > key[t]; j--)
			order[j + 1] = order[j]
		order[j + 1] = t
	}
}

function emit(type, name, key, row, n,   order, i) {
	split("", order)
	sort_rows(key, n, order)
	printf "\nconst %s %s[] = {\n", type, name
	for (i = 1; i <= n; i++)
		print row[order[i]]
	print "};"
	if (type !~ /rule/)
		printf "const size_t %s_n = %d;\n", name, n
}

END {
	if (!ncode || nclass != 6 || !ncause || !nwarn || !nphrase || !ncase || !npattern) {
		print "tables.awk: a table is missing or empty" > "/dev/stderr"
		exit 1
	}
	print "/* Generated by tables.awk from src/sip/data; edit the tables, not this file. */"
	print "#include <stdbool.h>\n#include <stddef.h>\n\n#include \"sip/tables.h\"\n"
	for (i = 1; i <= ndecl; i++)
		print decl[i]
	emit("struct sip_code", "tables_codes", key_code, row_code, ncode)
	emit("struct sip_class", "tables_classes", key_class, row_class, nclass)
	emit("struct q850_cause", "tables_causes", key_cause, row_cause, ncause)
	emit("struct sip_warning", "tables_warnings", key_warn, row_warn, nwarn)
	emit("struct sip_phrase", "tables_phrases", key_phrase, row_phrase, nphrase)
	emit("struct sip_case", "tables_cases", key_case, row_case, ncase)
	emit("struct sip_pattern", "tables_patterns", key_pattern, row_pattern, npattern)
	emit("struct phrase_rule", "tables_rules", key_phrase, rule_phrase, nphrase)
}
