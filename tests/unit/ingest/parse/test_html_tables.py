"""Tables of pages: reach of merged cells, order of rows, names of columns, hidden rows."""

from __future__ import annotations


def tables(document):
    return [block.table for block in document.blocks if block.table]


def spans(table):
    return [[(cell.text, cell.row_span, cell.column_span) for cell in row] for row in table.rows]


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_a_row_span_of_nought_reaches_to_the_end_of_its_group(read) -> None:
    markup = (
        "<table><tr><th>A<th>B<tbody><tr><td rowspan=0>x<td>1<tr><td>2</tbody>"
        "<tbody><tr><td>y<td>3</tbody></table>"
    )
    (table,) = tables(read("a.html", markup.encode()))

    assert spans(table)[1:] == [
        [("x", 2, 1), ("1", 1, 1)],
        [("2", 1, 1)],
        [("y", 1, 1), ("3", 1, 1)],
    ]


def test_merged_cells_end_with_their_group(read) -> None:
    markup = "<table><tbody><tr><td rowspan=5>x<td>1</tbody><tbody><tr><td>y<td>2</tbody></table>"
    (table,) = tables(read("a.html", markup.encode()))

    assert spans(table)[0][0] == ("x", 1, 1)


def test_the_foot_of_a_table_is_its_last_row(read) -> None:
    markup = (
        "<table><tfoot><tr><td>sum<td>9</tfoot><tbody><tr><td>a<td>4<tr><td>b<td>5</tbody></table>"
    )
    (table,) = tables(read("a.html", markup.encode()))

    assert texts(table) == [["a", "4"], ["b", "5"], ["sum", "9"]]


def test_names_above_values_are_the_header_where_the_page_marks_none(read) -> None:
    markup = "<table><tr><td>Name<td>Age<tr><td>Ann<td>30<tr><td>Bob<td>40</table>"
    (table,) = tables(read("a.html", markup.encode()))

    assert table.header_row_count == 1


def test_a_table_of_texts_alone_has_no_header_unless_the_page_marks_one(read) -> None:
    markup = "<table><tr><td>Seal<td>stops water<tr><td>Pump<td>lifts water</table>"
    (table,) = tables(read("a.html", markup.encode()))

    assert table.header_row_count == 0


def test_a_hidden_row_is_a_drop(read) -> None:
    markup = "<table><tr><td>a<td>b<tr hidden><td>secret<td>row<tr><td>c<td>d</table>"
    document = read("a.html", markup.encode())

    assert texts(tables(document)[0]) == [["a", "b"], ["c", "d"]]
    (drop,) = document.drops
    assert document.text[drop.span.start : drop.span.end] == "secret\trow"
