"""Flows as pictures: laid out in layers, written as SVG and as Mermaid."""
