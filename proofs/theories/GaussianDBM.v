(* The algebra of the Gaussian deep Boltzmann machine, matrices of any shape.   *)
(* The integral (6) enters only through its value gauss_log = ln of the right   *)
(* side of (6); every step here is an identity between exponents, determinants  *)
(* and their logarithms.  tau stands for 2 pi.                                  *)
(* Main: gauss_complete_square (6), dbm_energy_split (3), ham_xy_eq (7),        *)
(* cgf_eq (10), cgf_at_coupling (11), ham_xy_cgf (12), ham_xy_cumulants (13),   *)
(* ham_xy_exponent (14), ham_x_eq (15,17,18,21,22), cgf_at_half_inverse (19),   *)
(* ham_x_cgf (20), joint_determinant, joint_elimination, ..._iff for the        *)
(* printed forms.                                                               *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Forms.
Variable R : realFieldType.

Lemma dotE k (u v : 'cV[R]_k) : dot u v = \sum_i u i 0 * v i 0.
Proof. by rewrite /dot mxE; apply: eq_bigr => i _; rewrite mxE. Qed.

Lemma dotC k (u v : 'cV[R]_k) : dot u v = dot v u.
Proof. by rewrite !dotE; apply: eq_bigr => i _; rewrite mulrC. Qed.

Lemma dotDr k (u v w : 'cV[R]_k) : dot u (v + w) = dot u v + dot u w.
Proof. by rewrite /dot mulmxDr mxE. Qed.

Lemma dotDl k (u v w : 'cV[R]_k) : dot (u + v) w = dot u w + dot v w.
Proof. by rewrite dotC dotDr !(dotC w). Qed.

Lemma dotZr k c (u v : 'cV[R]_k) : dot u (c *: v) = c * dot u v.
Proof. by rewrite /dot -scalemxAr mxE. Qed.

Lemma dotZl k c (u v : 'cV[R]_k) : dot (c *: u) v = c * dot u v.
Proof. by rewrite dotC dotZr dotC. Qed.

Lemma dotNr k (u v : 'cV[R]_k) : dot u (- v) = - dot u v.
Proof. by rewrite /dot mulmxN mxE. Qed.

Lemma dotNl k (u v : 'cV[R]_k) : dot (- u) v = - dot u v.
Proof. by rewrite dotC dotNr dotC. Qed.

Lemma dot0r k (u : 'cV[R]_k) : dot u 0 = 0.
Proof. by rewrite /dot mulmx0 mxE. Qed.

Lemma dot0l k (u : 'cV[R]_k) : dot 0 u = 0.
Proof. by rewrite dotC dot0r. Qed.

Lemma dot_mull k l (M : 'M[R]_(k, l)) (u : 'cV[R]_k) (v : 'cV[R]_l) :
  dot (M^T *m u) v = dot u (M *m v).
Proof. by rewrite /dot trmx_mul trmxK mulmxA. Qed.

Lemma formE k l (u : 'cV[R]_k) (M : 'M[R]_(k, l)) (v : 'cV[R]_l) :
  form u M v = dot u (M *m v).
Proof. by rewrite /form /dot mulmxA. Qed.

Lemma dot_col k l (u1 v1 : 'cV[R]_k) (u2 v2 : 'cV[R]_l) :
  dot (col_mx u1 u2) (col_mx v1 v2) = dot u1 v1 + dot u2 v2.
Proof. by rewrite /dot tr_col_mx mul_row_col mxE. Qed.

Lemma dot_eq0 k (u : 'cV[R]_k) : (dot u u == 0) = (u == 0).
Proof.
apply/eqP/eqP => [u0|->]; last exact: dot0r.
apply/matrixP => i j; rewrite ord1 mxE.
have sq0 l : true -> 0 <= u l 0 * u l 0 by rewrite -expr2 sqr_ge0.
have := u0; rewrite dotE => /(psumr_eq0P sq0) => /(_ i isT) /eqP.
by rewrite mulf_eq0 orbb => /eqP.
Qed.
End Forms.

Section Dbm.
Variables (R : realFieldType) (n m p : nat) (e : exponential R).
Variables (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)).
Implicit Types (x : 'cV[R]_n) (y : 'cV[R]_m) (z : 'cV[R]_p).

(* (6), completing the square: the exponent is a square about M^-1 J and the    *)
(* constant (1/2) J^T M^-1 J.                                                   *)
Theorem gauss_complete_square k (M : 'M[R]_k) (J z : 'cV[R]_k) :
  M^T = M -> M \in unitmx ->
  gauss_exponent M J z
  = - (1 / 2%:R) * form (z - invmx M *m J) M (z - invmx M *m J)
    + 1 / 2%:R * form J (invmx M) J.
Proof.
move=> Msym Mu; rewrite /gauss_exponent !formE.
set u := invmx M *m J.
have Mu' : M *m u = J by rewrite /u mulmxA mulmxV // mul1mx.
rewrite mulmxBr Mu' dotDl dotNl !dotDr !dotNr.
have -> : dot u (M *m z) = dot J z by rewrite -{1}Msym -dot_mull trmxK Mu'.
by rewrite (dotC z J) (dotC J u); field.
Qed.

(* The same as a statement about any functional on functions that is            *)
(* homogeneous, extensional, and blind to shifts of this one Gaussian: no       *)
(* translation invariance on other functions is asked.                          *)
Theorem gauss_functional k (M : 'M[R]_k) (J : 'cV[R]_k) (I : ('cV[R]_k -> R) -> R) :
  M^T = M -> M \in unitmx ->
  (forall f g, f =1 g -> I f = I g) ->
  (forall c f, I (fun v => c * f v) = c * I f) ->
  (forall u, I (fun v => e (- (1 / 2%:R) * form (v - u) M (v - u)))
             = I (fun v => e (- (1 / 2%:R) * form v M v))) ->
  I (fun v => e (gauss_exponent M J v))
  = I (fun v => e (- (1 / 2%:R) * form v M v)) * e (1 / 2%:R * form J (invmx M) J).
Proof.
move=> Msym Mu ext hom shift; rewrite mulrC -(shift (invmx M *m J)) -hom.
by apply: ext => v; rewrite gauss_complete_square // expoD mulrC.
Qed.

(* (3), (5): the exponent of the z-integral, with beta/2 before z.z. *)
Theorem dbm_energy_split x y z :
  - beta * dbm_energy a A B x y z
  = - beta * (- dot a x + 1 / 2%:R * dot y y - form x A y)
    + gauss_exponent (zstep_M p beta) (zstep_J beta B y) z.
Proof.
rewrite /dbm_energy /gauss_exponent /zstep_M /zstep_J dotZl dot_mull !formE.
by rewrite mul_scalar_mx dotZr; field.
Qed.

(* The printed exponent has beta z.z: right exactly where beta z.z = 0. *)
Theorem dbm_energy_split_printed_iff x y z :
  - beta * dbm_energy a A B x y z
  = - beta * (- dot a x + 1 / 2%:R * dot y y - form x A y)
    + (- beta * dot z z + beta * form y B z)
  <-> beta = 0 \/ z = 0.
Proof.
have key : - beta * dbm_energy a A B x y z
  = - beta * (- dot a x + 1 / 2%:R * dot y y - form x A y)
    + (- beta * dot z z + beta * form y B z) + beta * dot z z / 2%:R.
  by rewrite /dbm_energy; field.
split=> [|h].
  rewrite key -[X in _ = X -> _]addr0 => /addrI /eqP.
  rewrite mulf_eq0 invr_eq0 (negbTE (two_neq0 R)) orbF mulf_eq0.
  by case/orP => /eqP; [left | move/eqP; rewrite dot_eq0 => /eqP; right].
rewrite key; case: h => ->; first by rewrite !mul0r addr0.
by rewrite dot0r !mulr0 mul0r addr0.
Qed.

Hypothesis beta_gt0 : 0 < beta.
Hypothesis tau_gt0 : 0 < tau.
Let beta_neq0 : beta != 0. Proof. by rewrite gt_eqF. Qed.

Lemma det_beta k : \det (beta%:M : 'M[R]_k) = beta ^+ k.
Proof. exact: det_scalar. Qed.

Lemma inv_beta k : invmx (beta%:M : 'M[R]_k) = beta^-1%:M.
Proof. exact: invmx_scalar. Qed.

Lemma gauss_log_beta k (t : 'cV[R]_k) :
  gauss_log e tau (beta%:M) t
  = ln e (tau ^+ k / beta ^+ k) / 2%:R + 1 / (2%:R * beta) * dot t t.
Proof.
rewrite /gauss_log det_beta inv_beta formE mul_scalar_mx dotZr; congr (_ + _).
by field.
Qed.

Lemma ln_flip k : ln e (tau ^+ k / beta ^+ k) = - ln e (beta ^+ k / tau ^+ k).
Proof. by rewrite !ln_div ?exprn_gt0 // opprB. Qed.

Lemma dot_BB y : dot (B^T *m y) (B^T *m y) = form y (B2 B) y.
Proof. by rewrite dot_mull formE /B2 mulmxA. Qed.

(* (7), (8) with beta^p for |beta 1| and B' = B B^T. *)
Theorem ham_xy_eq x y :
  ham_xy e tau beta a A B x y
  = f_right p e tau beta - dot a x + 1 / 2%:R * form y (1%:M - B2 B) y - form x A y.
Proof.
rewrite /ham_xy /zstep_M /zstep_J gauss_log_beta dotZl dotZr dot_BB ln_flip /f_right.
rewrite [form y (1%:M - _) y]formE mulmxBl mul1mx dotDr dotNr -formE.
by field.
Qed.

(* The printed f of (8) is right exactly when p = 1 or beta = 1. *)
Theorem f_printed_iff :
  f_printed p e tau beta = f_right p e tau beta <-> p = 1%N \/ beta = 1.
Proof.
rewrite /f_printed /f_right !ln_div ?exprn_gt0 // (lnX e p beta_gt0).
split=> [/(mulIf _)|].
  have nz : (2%:R * beta)^-1 != 0 by rewrite invr_eq0 mulf_neq0 ?two_neq0.
  move=> /(_ nz) /addIr /eqP.
  rewrite -[X in X == _]mul1r -subr_eq0 -mulrBl mulf_eq0 ln_eq0 // subr_eq0.
  by rewrite eq_sym (pnatr_eq1 R p) => /orP [] /eqP; [left|right].
by case=> ->; rewrite ?mul1r // ln1 mulr0.
Qed.

(* (10) with the normaliser that has beta^p. *)
Theorem cgf_eq (t : 'cV[R]_p) : K_z e tau beta t = 1 / (2%:R * beta) * dot t t.
Proof.
by rewrite /K_z /q_lognorm gauss_log_beta ln_flip addrA -mulrDl subrr mul0r add0r.
Qed.

(* With the normaliser of (9) as printed there is a constant left over. *)
Theorem cgf_printed (t : 'cV[R]_p) :
  K_z_printed e tau beta t = 1 / (2%:R * beta) * dot t t + (1 - p%:R) / 2%:R * ln e beta.
Proof.
rewrite /K_z_printed /q_lognorm_printed gauss_log_beta ln_flip.
by rewrite !ln_div ?exprn_gt0 // (lnX e p beta_gt0); field.
Qed.

Theorem cgf_printed_iff (t : 'cV[R]_p) :
  K_z_printed e tau beta t = 1 / (2%:R * beta) * dot t t <-> p = 1%N \/ beta = 1.
Proof.
rewrite cgf_printed; split=> [|h].
  rewrite -[X in _ = X -> _]addr0 => /addrI /eqP.
  rewrite mulf_eq0 ln_eq0 // mulf_eq0 invr_eq0 (negbTE (two_neq0 R)) orbF.
  by rewrite subr_eq0 eq_sym (pnatr_eq1 R p) => /orP [] /eqP; [left|right].
case: h => [p1|->]; last by rewrite ln1 mulr0 addr0.
have -> : p%:R = 1 :> R by rewrite p1.
by rewrite subrr !mul0r addr0.
Qed.

(* (11) *)
Theorem cgf_at_coupling y :
  K_z e tau beta (beta *: (B^T *m y)) = beta / 2%:R * form y (B *m B^T) y.
Proof. by rewrite cgf_eq dotZl dotZr dot_BB /B2; field. Qed.

(* (12) with the term - x^T A y that the printed form drops. *)
Theorem ham_xy_cgf x y :
  ham_xy e tau beta a A B x y
  = f_right p e tau beta - dot a x + 1 / 2%:R * dot y y - form x A y
    - 1 / beta * K_z e tau beta (beta *: (B^T *m y)).
Proof.
rewrite ham_xy_eq cgf_at_coupling -/(B2 B).
rewrite [form y (1%:M - _) y]formE mulmxBl mul1mx dotDr dotNr -formE.
by field.
Qed.

Theorem ham_xy_cgf_printed_iff x y :
  ham_xy e tau beta a A B x y
  = f_right p e tau beta - dot a x + 1 / 2%:R * dot y y
    - 1 / beta * K_z e tau beta (beta *: (B^T *m y))
  <-> form x A y = 0.
Proof.
rewrite ham_xy_cgf; set F := form x A y; set K := _ * K_z _ _ _ _.
set f := f_right _ _ _ _; set d := dot a x; set q := _ * dot y y.
split=> [|->]; last by rewrite subr0.
move=> h; have -> : F = (f - d + q - K) - (f - d + q - F - K) by ring.
by rewrite h subrr.
Qed.

(* (13): a cumulant function k1.t + (k2/2) t.t at t = beta B^T y.  The Gaussian *)
(* one has k1 = 0 and k2 = 1/beta, and then the expansion is (7).               *)
Theorem cumulant_expansion_at_coupling (k1 : 'cV[R]_p) (k2 : R) y :
  - (1 / beta) * (dot k1 (beta *: (B^T *m y))
                  + k2 / 2%:R * dot (beta *: (B^T *m y)) (beta *: (B^T *m y)))
  = - dot k1 (B^T *m y) - k2 / 2%:R * beta * form y (B *m B^T) y.
Proof. by rewrite dotZl !dotZr dot_BB /B2; field. Qed.

Theorem ham_xy_cumulants x y :
  ham_xy e tau beta a A B x y
  = f_right p e tau beta - dot a x + 1 / 2%:R * dot y y - form x A y
    - dot (0 : 'cV[R]_p) (B^T *m y) - beta^-1 / 2%:R * beta * form y (B *m B^T) y.
Proof.
rewrite ham_xy_cgf cgf_at_coupling dot0l.
by field.
Qed.

(* (14): the exponent of the y-integral. *)
Theorem ham_xy_exponent x y :
  - beta * ham_xy e tau beta a A B x y
  = - beta * (f_right p e tau beta - dot a x)
    + gauss_exponent (ystep_M beta B) (ystep_J beta A x) y.
Proof.
rewrite ham_xy_eq /gauss_exponent /ystep_M /ystep_J dotZl dot_mull -formE.
rewrite [form y (beta *: _) y]formE -scalemxAl dotZr -formE.
by field.
Qed.

Hypothesis B2_unit : 1%:M - B2 B \in unitmx.

Lemma inv_ystep : invmx (ystep_M beta B) = beta^-1 *: invmx (1%:M - B2 B).
Proof.
rewrite /ystep_M; have bu : beta *: (1%:M - B2 B) \in unitmx by rewrite unitmxZ // unitfE.
have h : (beta *: (1%:M - B2 B)) *m (beta^-1 *: invmx (1%:M - B2 B)) = 1%:M.
  by rewrite -scalemxAl -scalemxAr scalerA divff // scale1r mulmxV.
by rewrite -[LHS]mulmx1 -[X in _ *m X = _]h mulmxA mulVmx // mul1mx.
Qed.

Lemma quadratic_A2 x :
  form (A^T *m x) (invmx (1%:M - B2 B)) (A^T *m x) = form x (A2 A B) x.
Proof. by rewrite !formE dot_mull /A2 !mulmxA. Qed.

Lemma ystep_quadratic x :
  form (ystep_J beta A x) (invmx (ystep_M beta B)) (ystep_J beta A x)
  = beta * form x (A2 A B) x.
Proof.
rewrite inv_ystep /ystep_J !formE -scalemxAl -!scalemxAr !dotZl !dotZr -(formE (A^T *m x)).
by rewrite quadratic_A2 mulVKf // formE.
Qed.

Hypothesis B2_det_gt0 : 0 < \det (1%:M - B2 B).

Lemma det_ystep : \det (ystep_M beta B) = beta ^+ m * \det (1%:M - B2 B).
Proof. exact: detZ. Qed.

(* (15), (17), (18), (21), (22): the quadratic term has the sign minus, g has   *)
(* beta^(p+m) and |1 - B'|, and g enters with the sign plus.                    *)
Theorem ham_x_eq x :
  ham_x e tau beta a A B x
  = g_right e tau beta B - dot a x - 1 / 2%:R * form x (A2 A B) x.
Proof.
rewrite /ham_x /gauss_log ystep_quadratic det_ystep /g_right /f_right.
have D0 := B2_det_gt0; have bm0 : 0 < beta ^+ m by rewrite exprn_gt0.
have tm0 : 0 < tau ^+ m by rewrite exprn_gt0.
have bp0 : 0 < beta ^+ p by rewrite exprn_gt0.
have tp0 : 0 < tau ^+ p by rewrite exprn_gt0.
rewrite !exprD !ln_div ?mulr_gt0 // !lnM ?mulr_gt0 //.
by field.
Qed.

(* e^{-beta H(x)} is e^{-beta(f - a.x)} times the right side of (6). *)
Theorem ham_x_is_integral x :
  - beta * ham_x e tau beta a A B x
  = - beta * (f_right p e tau beta - dot a x)
    + gauss_log e tau (ystep_M beta B) (ystep_J beta A x).
Proof. by rewrite /ham_x; field. Qed.

(* (15): prefactor and exponent of p(x) Z, corrected. *)
Theorem marginal_x_exponent x :
  - beta * ham_x e tau beta a A B x
  = ln e (tau ^+ m / (beta ^+ m * \det (1%:M - B2 B))) / 2%:R
    - beta * (f_right p e tau beta - dot a x - 1 / 2%:R * form x (A2 A B) x).
Proof.
rewrite ham_x_is_integral /gauss_log ystep_quadratic det_ystep.
by field.
Qed.

Theorem ham_x_printed_sign_iff x :
  ham_x e tau beta a A B x
  = g_right e tau beta B - dot a x + 1 / 2%:R * form x (A2 A B) x
  <-> form x (A2 A B) x = 0.
Proof.
rewrite ham_x_eq; set F := form x _ x; set g := g_right _ _ _ _; set d := dot a x.
split=> [h|->]; last by rewrite !mulr0 subr0 addr0.
have -> : F = (g - d + 1 / 2%:R * F) - (g - d - 1 / 2%:R * F) by field.
by rewrite h subrr.
Qed.

(* (18): g as printed is right exactly when its argument is. *)
Theorem g_printed18_iff : 0 < 1 - \det (B2 B) ->
  g_printed18 e tau beta B = g_right e tau beta B
  <-> beta ^+ 2 * (1 - \det (B2 B)) = beta ^+ (p + m) * \det (1%:M - B2 B).
Proof.
move=> d0; have D0 := B2_det_gt0.
rewrite /g_printed18 /g_right !ln_div ?mulr_gt0 ?exprn_gt0 //.
split=> [/(mulIf _)|->] //.
have nz : (2%:R * beta)^-1 != 0 by rewrite invr_eq0 mulf_neq0 ?two_neq0.
by move=> /(_ nz) /addIr /ln_inj; apply; rewrite ?mulr_gt0 ?exprn_gt0.
Qed.

(* (18) and (22) as printed contradict each other unless both vanish. *)
Theorem g_printed22_opposite : g_printed22 e tau beta B = - g_printed18 e tau beta B.
Proof. by []. Qed.

(* (19): t with square root S of (1 - B')^-1. *)
Theorem cgf_at_half_inverse (S : 'M[R]_m) x : S *m S^T = invmx (1%:M - B2 B) ->
  K_z e tau beta (beta *: (S^T *m (A^T *m x))) = beta / 2%:R * form x (A2 A B) x.
Proof.
move=> SS.
have -> : K_z e tau beta (beta *: (S^T *m (A^T *m x)))
   = 1 / (2%:R * beta) * dot (beta *: (S^T *m (A^T *m x))) (beta *: (S^T *m (A^T *m x))).
  by rewrite /K_z /q_lognorm gauss_log_beta ln_flip addrA -mulrDl subrr mul0r add0r.
rewrite dotZl dotZr dot_mull mulmxA SS -formE quadratic_A2.
by field.
Qed.

(* (20) with the sign minus. *)
Theorem ham_x_cgf (S : 'M[R]_m) x : S *m S^T = invmx (1%:M - B2 B) ->
  ham_x e tau beta a A B x
  = g_right e tau beta B - dot a x
    - 1 / beta * K_z e tau beta (beta *: (S^T *m (A^T *m x))).
Proof. by move=> SS; rewrite cgf_at_half_inverse // ham_x_eq; field. Qed.

(* Both hidden layers at once. *)
Theorem joint_determinant :
  \det (joint_M beta B) = beta ^+ (m + p) * \det (1%:M - B *m B^T).
Proof.
rewrite /joint_M detZ; congr (_ * _).
have : \det (block_mx 1%:M B 0 1%:M *m block_mx 1%:M (- B) (- B^T) 1%:M)
       = \det (1%:M - B *m B^T).
  rewrite mulmx_block !mul1mx !mul0mx !mulmx1 mulmxN addNr !add0r.
  by rewrite det_lblock det1 mulr1.
by rewrite det_mulmx det_ublock !det1 !mul1r.
Qed.

Theorem determinant_order : \det (1%:M - B *m B^T) = \det (1%:M - B^T *m B).
Proof.
have : \det (block_mx 1%:M 0 B^T 1%:M *m block_mx 1%:M (- B) (- B^T) 1%:M)
       = \det (1%:M - B^T *m B).
  rewrite mulmx_block !mul1mx !mul0mx !mulmx1 mulmxN !addr0 subrr addrC.
  by rewrite det_ublock det1 mul1r.
rewrite det_mulmx det_lblock !det1 !mul1r => <-.
have : \det (block_mx 1%:M B 0 1%:M *m block_mx 1%:M (- B) (- B^T) 1%:M)
       = \det (1%:M - B *m B^T).
  rewrite mulmx_block !mul1mx !mul0mx !mulmx1 mulmxN addNr !add0r.
  by rewrite det_lblock det1 mulr1.
by rewrite det_mulmx det_ublock !det1 !mul1r.
Qed.

Lemma joint_unit : joint_M beta B \in unitmx.
Proof.
rewrite unitmxE joint_determinant unitrM unitrX ?unitfE //=.
by rewrite -unitfE -unitmxE -/(B2 B).
Qed.

Lemma joint_quadratic x :
  form (joint_J p beta A x) (invmx (joint_M beta B)) (joint_J p beta A x)
  = beta * form x (A2 A B) x.
Proof.
set y := invmx (1%:M - B2 B) *m (A^T *m x).
have sol : joint_M beta B *m col_mx y (B^T *m y) = joint_J p beta A x.
  rewrite /joint_M /joint_J -scalemxAl mul_block_col !mul1mx !mulNmx addNr.
  rewrite mulmxA -{1}[y]mul1mx -mulmxBl /y mulmxA mulmxV // mul1mx.
  by rewrite scale_col_mx scaler0.
rewrite formE -sol mulmxA mulVmx ?joint_unit // mul1mx sol /joint_J dot_col dot0l addr0.
by rewrite /ystep_J dotZl /y -formE quadratic_A2.
Qed.

(* Eliminating z then y gives what eliminating both at once gives. *)
Theorem joint_elimination x :
  ham_x e tau beta a A B x
  = - dot a x - beta^-1 * gauss_log e tau (joint_M beta B) (joint_J p beta A x).
Proof.
rewrite ham_x_eq /gauss_log joint_quadratic joint_determinant /g_right -/(B2 B).
have D0 := B2_det_gt0.
rewrite [(m + p)%N]addnC !ln_div ?mulr_gt0 ?exprn_gt0 //.
have key (l1 l2 d F : R) : (l1 - l2) / (2%:R * beta) - d - 1 / 2%:R * F
    = - d - beta^-1 * ((l2 - l1) / 2%:R + 1 / 2%:R * (beta * F)) by field.
exact: key.
Qed.

(* and the joint exponent is that of (1) *)
Theorem joint_exponent x y z :
  - beta * dbm_energy a A B x y z
  = beta * dot a x + gauss_exponent (joint_M beta B) (joint_J p beta A x) (col_mx y z).
Proof.
rewrite /dbm_energy /gauss_exponent /joint_M /joint_J !formE -scalemxAl dotZr.
rewrite mul_block_col !mul1mx !mulNmx !dot_col !dotDr !dotNr dot0l addr0.
rewrite (dotC z (B^T *m y)) dot_mull /ystep_J dotZl dot_mull.
by field.
Qed.
End Dbm.
