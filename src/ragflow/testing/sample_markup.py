"""Small files of marked-up text: reStructuredText, XML, a notebook and RTF."""

from __future__ import annotations

RST = b""".. Written by hand.

Pump manual
===========

:Maker: Ann

Read *all* of this, see :ref:`the list <parts>` and the note [1]_.

#. Open the valve.
#. Start the pump.

   - gently

.. versionadded:: 2.0

   A *second* valve.

.. csv-table:: Prices
   :header: "Part", "Price"

   "Seal", "4"

.. code-block:: sh

   pump --start

.. [1] Keep dry.

.. include:: /etc/passwd
"""

XML = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE parts [<!ENTITY x "boom">]>
<parts><!-- no text --><part id="7"><name>Gr\xf6\xdfe &amp; seal</name><price cur="EUR">4.20</price>
<note>&x;<![CDATA[a < b]]></note></part><part id="8"><name>Bolt</name><stock/></part></parts>"""

NOTEBOOK = rb"""{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
{"cell_type": "markdown", "metadata": {}, "source": ["# Flow\n", "\n",
 "![a dot](attachment:d.png)"], "attachments": {"d.png": {"image/png": [
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlE",
  "QVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="]}}},
{"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "flow.head()", "outputs": [
 {"output_type": "stream", "name": "stdout", "text": ["read 2 rows\n"]},
 {"output_type": "execute_result", "metadata": {}, "execution_count": 1, "data": {
  "text/html": "<table><tr><th>t</th><th>flow</th></tr><tr><td>0</td><td>1.5</td></tr></table>",
  "text/plain": "t flow\n0 1.5"}},
 {"output_type": "error", "ename": "KeyError", "evalue": "'x'",
  "traceback": ["\u001b[31mKeyError\u001b[0m: 'x'"]}]}]}"""

RTF = rb"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times;}{\f1\fcharset204 Arial;}}
{\stylesheet{\s1\outlinelevel0 heading 1;}{\s2 Code;}}{\info{\title Pump manual}{\author Ann}}
{\header\pard Running header\par}
\pard\s1 Gr\'f6\'dfe\par\pard Read {\b all} of this{\v secret}.{\footnote\pard Keep dry.\par}\par
{\listtext\pard 1.\tab}\pard\ls1 Open the valve.\par{\listtext\pard\'b7\tab}A bullet\par
\pard{\f1 \'cf\'f0\'e8\'e2\'e5\'f2} \u20013?\u25991? \u-10179?\u-8704?\par
\trowd\clvmgf\cellx1000\cellx2000\cellx3000\pard\intbl Part\cell Price\cell Unit\cell\row
\trowd\clvmgf\cellx1000\cellx3000\pard\intbl Seal\cell 4 EUR\cell\row
\trowd\clvmrg\cellx1000\cellx2000\cellx3000\pard\intbl\cell 5\cell USD\cell\row
\pard{\field{\*\fldinst HYPERLINK "http://example.com"}{\fldrslt A link}} {\*\unknown gone}end\par
{\shp{\*\shpinst{\sp{\sn pib}{\sv 1}}{\shptxt\pard Boxed\par}}}\par}"""
