"""Words for faults of the file and its layout."""

from __future__ import annotations

FILE: dict[str, tuple[str, str, str, str]] = {
    "missing_file": (
        "There is no file {path}.",
        "找不到文件 {path}。",
        "Check the name and the folder.",
        "请核对文件名和所在文件夹。",
    ),
    "unreadable_file": (
        "{path} cannot be opened ({reason}).",
        "无法打开 {path}（{reason}）。",
        "Give a file that you may read, not a folder.",
        "请提供有读取权限的文件，而不是文件夹。",
    ),
    "too_large": (
        "The file is larger than {limit} MB.",
        "文件超过 {limit} MB。",
        "The largest election known takes 4 MB; check that this is a .pb file, or split it.",
        "已知最大的选举文件约 4 MB；请确认这是 .pb 文件，或拆分后再导入。",
    ),
    "wrong_type": (
        "This is {kind}, not a Pabulib file.",
        "这是{kind_zh}，不是 Pabulib 文件。",
        "Give the .pb file itself: plain text that begins with META.",
        "请提供 .pb 文件本身，即以 META 开头的纯文本。",
    ),
    "empty_file": (
        "The file is empty.",
        "文件是空的。",
        "Export or download it again.",
        "请重新导出或下载。",
    ),
    "not_utf8": (
        "The text is not UTF-8: byte 0x{byte:02X}.",
        "文本不是 UTF-8 编码：字节 0x{byte:02X}。",
        "Save the file as UTF-8, or name its encoding with the treatment encoding=NAME (for example {examples}).",
        "请将文件另存为 UTF-8，或用 encoding=名称 指明编码（例如 {examples}）。",
    ),
    "unknown_encoding": (
        "There is no text encoding named {name}, or it does not fit this file.",
        "没有名为 {name} 的文本编码，或它与此文件不符。",
        "Save the file as UTF-8 and leave the treatment encoding out.",
        "请将文件另存为 UTF-8，并去掉 encoding 选项。",
    ),
    "gb18030": (
        "The text is in GB18030, not UTF-8; it was converted.",
        "文本是 GB18030 编码而非 UTF-8，已转换。",
        "Save the file as UTF-8 to be sure of every character.",
        "建议另存为 UTF-8，以保证每个字都正确。",
    ),
    "other_encoding": (
        "The text was read as {name}, as asked.",
        "已按要求以 {name} 编码读取。",
        "Save the file as UTF-8 to be sure of every character.",
        "建议另存为 UTF-8，以保证每个字都正确。",
    ),
    "utf16": (
        "The text is in UTF-16, not UTF-8; it was converted.",
        "文本是 UTF-16 编码而非 UTF-8，已转换。",
        "Save the file as UTF-8.",
        "请另存为 UTF-8。",
    ),
    "old_line_ends": (
        "Lines end with a bare carriage return; they were split there.",
        "行尾是单独的回车符，已据此分行。",
        "Save the file with ordinary line ends.",
        "请以常规换行符保存文件。",
    ),
    "stray_return": (
        "A carriage return inside a line was taken for a space.",
        "行内有单独的回车符，已按空格处理。",
        "Remove it from the text.",
        "请从文本中删去。",
    ),
    "joined_rows": (
        "A carriage return stands between two rows; they were taken apart.",
        "两行之间只有回车符，已拆成两行。",
        "Save the file with ordinary line ends.",
        "请以常规换行符保存文件。",
    ),
    "ambiguous_return": (
        "A carriage return breaks this row so that its columns do not fit the header.",
        "本行被回车符打断，列数与表头不符。",
        "Put the row on one line with {columns} columns.",
        "请把该行写成一行，共 {columns} 列。",
    ),
}

LAYOUT: dict[str, tuple[str, str, str, str]] = {
    "no_meta": (
        "The file does not begin with a line META.",
        "文件不是以 META 行开头。",
        "Give a Pabulib file: sections META, PROJECTS and VOTES, each with its own header line.",
        "请提供 Pabulib 文件：依次为 META、PROJECTS、VOTES 三节，各有表头。",
    ),
    "no_projects_section": (
        "The file ends before a line PROJECTS.",
        "文件在 PROJECTS 行之前就结束了。",
        "It was probably cut off: export or download it again.",
        "文件可能被截断：请重新导出或下载。",
    ),
    "no_votes_section": (
        "The file ends before a line VOTES.",
        "文件在 VOTES 行之前就结束了。",
        "It was probably cut off: export or download it again.",
        "文件可能被截断：请重新导出或下载。",
    ),
    "section_order": (
        "Section {name} stands where {expected} should.",
        "此处应为 {expected} 节，却是 {name} 节。",
        "Order the sections META, PROJECTS, VOTES, each once.",
        "请按 META、PROJECTS、VOTES 的顺序排列，各一次。",
    ),
    "no_header": (
        "Section {section} has no header line.",
        "{section} 节缺少表头行。",
        "Put the column names under {section}, separated by semicolons.",
        "请在 {section} 下一行写列名，以分号分隔。",
    ),
    "missing_column": (
        "Section {section} has no column {column}.",
        "{section} 节缺少 {column} 列。",
        "Add the column {column} to the header and the rows.",
        "请在表头和各行中补上 {column} 列。",
    ),
    "repeated_column": (
        "Column {column} stands twice in the header.",
        "表头中 {column} 列重复。",
        "Keep one of them.",
        "请只保留一个。",
    ),
    "many_elections": (
        "Another election begins here; the file holds {count} of them.",
        "此处开始另一场选举；文件中共有 {count} 场。",
        "Split the file, or choose one with the treatment many_elections=first or a number up to {count}.",
        "请拆分文件，或用 many_elections=first 或不超过 {count} 的序号选定一场。",
    ),
    "no_such_election": (
        "The file holds {count} elections; number {wanted} is not among them.",
        "文件中有 {count} 场选举，没有第 {wanted} 场。",
        "Choose a number from 1 to {count}.",
        "请选择 1 到 {count} 之间的序号。",
    ),
    "one_of_many": (
        "The file holds {count} elections; number {wanted} was read.",
        "文件中有 {count} 场选举，读取的是第 {wanted} 场。",
        "Split the file to count each on its own.",
        "如需逐一计票，请拆分文件。",
    ),
    "cut_row": (
        "The file ends in the middle of a row: {found} of {columns} columns.",
        "文件在一行中间结束：应有 {columns} 列，只有 {found} 列。",
        "It was probably cut off: export or download it again.",
        "文件可能被截断：请重新导出或下载。",
    ),
    "short_row": (
        "The row has {found} of {columns} columns.",
        "本行应有 {columns} 列，只有 {found} 列。",
        "Complete the row; write an empty column as nothing between two semicolons.",
        "请补全该行；空列可在两个分号之间留空。",
    ),
    "short_row_filled": (
        "The row has {found} of {columns} columns; the missing ones were taken as empty.",
        "本行应有 {columns} 列，只有 {found} 列；缺少的按空白处理。",
        "Complete the row.",
        "请补全该行。",
    ),
    "long_row": (
        "The row has {found} columns where the header has {columns}.",
        "本行有 {found} 列，而表头有 {columns} 列。",
        'Put a text that contains a semicolon between double quotes: "a; b".',
        '含分号的文字请用双引号括起来，如 "甲；乙"。',
    ),
    "long_row_joined": (
        "The row has {found} columns where the header has {columns}; a semicolon was taken as part of the {column}.",
        "本行有 {found} 列，而表头有 {columns} 列；多出的分号已视为 {column} 的内容。",
        'Put a text that contains a semicolon between double quotes: "a; b".',
        '含分号的文字请用双引号括起来，如 "甲；乙"。',
    ),
    "open_quote": (
        "A double quote is opened and not closed.",
        "双引号有开头没有结尾。",
        "Close it, or write a quote inside a text twice.",
        "请补上结尾的引号；文字中的引号应写两次。",
    ),
    "literal_quote": (
        "A double quote is opened and not closed; it was taken as part of the text.",
        "双引号有开头没有结尾，已作为文字内容处理。",
        "Write a quote inside a text twice and put the text between quotes.",
        "文字中的引号应写两次，并用引号括起整段文字。",
    ),
    "control_character": (
        "The row contains an invisible control character.",
        "本行含有不可见的控制字符。",
        "Remove it; the file may be damaged, so compare it with the original.",
        "请删去；文件可能已损坏，请与原文件核对。",
    ),
}
