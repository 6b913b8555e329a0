"""An endless live accompanist: tunes cut into segments, chained by learned hash codes.

The folders, in the order in which music flows through them: `music`, `corpus`, `learning`,
`index`, `improviser`, `arranger`, `live`, `outputs`, `cli`.
"""

__version__ = "0.1.0"
