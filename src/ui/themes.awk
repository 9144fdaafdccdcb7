# themes - makes src/ui/themes.c:  awk -f src/ui/themes.awk themes/dark.theme ... > src/ui/themes.c  (dark first)
function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\\n\""
}
BEGIN {
	print "/*"
	print " * themes - the texts of themes/, so that a run from anywhere has them; made by themes.awk, a test compares them."
	print " */"
	print "#include \"sipwhy/ui.h\""
	print ""
	print "static const struct themes_entry {"
	print "\tconst char *name, *text;"
	print "} themes_table[] = {"
}
FNR == 1 {
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.theme$/, "", name)
	if (NR > 1)
		print " },"
	printf "\t{ \"%s\",", name
}
/^#/ && FNR > 1 || /^$/ { next }
{
	gsub(/ +/, " ")
	line = quoted($0)
	if (length(line) > 104) {
		at = 100
		while (substr(line, at, 1) != "|")
			at--
		line = substr(line, 1, at) "\"\n\t    \"" substr(line, at + 1)
	}
	printf "\n\t    %s", line
}
END {
	print " },"
	print "};"
	print ""
	print "enum { THEMES_N = sizeof themes_table / sizeof themes_table[0] };"
	print ""
	print "const char *"
	print "theme_builtin_name(size_t number)"
	print "{"
	print "\treturn number < THEMES_N ? themes_table[number].name : NULL;"
	print "}"
	print ""
	print "struct slice"
	print "theme_builtin_text(size_t number)"
	print "{"
	print "\treturn number < THEMES_N ? slice_str(themes_table[number].text) : (struct slice){ NULL, 0 };"
	print "}"
}
