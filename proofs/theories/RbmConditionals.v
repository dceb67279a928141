(* Conditionals, means and averages of an RBM with +1/-1 units of any size.     *)
(* Main: hidden_on_logistic (10), visible_on_logistic (11), conditional means   *)
(* (12), (51), (53), (55), model averages (52), (54), (56) corrected.           *)
From mathcomp Require Import all_ssreflect all_algebra ring.
From Blockspin Require Import Definitions Exponential MehtaSchwab Factorized.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Product.
Variables (R : realFieldType) (J : finType) (g : J -> bool -> R).

Lemma sum_prod_one (f : bool -> R) (a : J) :
  \sum_(h : config J) f (h a) * \prod_k g k (h k)
  = (\sum_t f t * g a t) * (\prod_(k | k != a) (\sum_t g k t)).
Proof.
pose g' k t := if k == a then f t * g a t else g k t.
have -> : (\sum_t f t * g a t) * (\prod_(k | k != a) \sum_t g k t)
        = \prod_k (\sum_t g' k t).
  rewrite [RHS](bigD1 a) //= /g' eqxx; congr (_ * _).
  by apply: eq_bigr => k /negbTE ->.
rewrite bigA_distr_bigA; apply: eq_bigr => h _.
rewrite (bigD1 a) //= [RHS](bigD1 a) //= /g' eqxx mulrA; congr (_ * _).
by apply: eq_bigr => k /negbTE ->.
Qed.

Lemma sum_prod : \sum_(h : config J) \prod_k g k (h k) = \prod_k (\sum_t g k t).
Proof. by rewrite bigA_distr_bigA. Qed.
End Product.

Section Rbm.
Variables (R : realFieldType) (e : exponential R) (I J : finType).
Variables (b : J -> R) (W : I -> J -> R) (c : I -> R).
Let w := rbm_weight e b W c.

Lemma rbm_weight_hidden v h :
  w v h = e (\sum_i c i * spin R (v i)) * \prod_a e (hidden_field b W v a * spin R (h a)).
Proof.
rewrite /w /rbm_weight /weight_of -expo_sum -expoD; congr (expo e _).
rewrite /rbm_energy !opprB opprK; congr (_ + _).
rewrite exchange_big -big_split /=; apply: eq_bigr => a _.
rewrite /hidden_field mulrDl mulr_suml; congr (_ + _).
by apply: eq_bigr => i _; rewrite [spin R (v i) * _]mulrC.
Qed.

Lemma rbm_weight_visible v h :
  w v h = e (\sum_a b a * spin R (h a)) * \prod_i e (visible_field W c h i * spin R (v i)).
Proof.
rewrite /w /rbm_weight /weight_of -expo_sum -expoD; congr (expo e _).
rewrite /rbm_energy !opprB opprK addrA [LHS]addrC; congr (_ + _).
rewrite addrC -big_split /=; apply: eq_bigr => i _.
rewrite /visible_field mulrDl mulr_suml; congr (_ + _).
by apply: eq_bigr => a _; rewrite -mulrA mulrC.
Qed.

Lemma sum_spin_expo (x : R) : \sum_t e (x * spin R t) = 2%:R * ch e x.
Proof. by rewrite sum_bool /= mulr1 mulrN1 /ch mulrCA divff ?mulr1 ?two_neq0. Qed.

Lemma sum_spin_mean (x : R) : \sum_t spin R t * e (x * spin R t) = 2%:R * sh e x.
Proof.
by rewrite sum_bool /= mulr1 mulrN1 mul1r mulN1r /sh mulrCA divff ?mulr1 ?two_neq0.
Qed.

Lemma two_ch_neq0 (x : R) : 2%:R * ch e x != 0.
Proof. by rewrite mulf_neq0 ?two_neq0 ?ch_neq0. Qed.

Lemma margV_rbm v :
  margV w v = e (\sum_i c i * spin R (v i)) * \prod_a (2%:R * ch e (hidden_field b W v a)).
Proof.
rewrite /margV (eq_bigr _ (fun h _ => rbm_weight_hidden v h)) -mulr_sumr; congr (_ * _).
rewrite (sum_prod (fun a t => e (hidden_field b W v a * spin R t))).
by apply: eq_bigr => a _; rewrite sum_spin_expo.
Qed.

Lemma margH_rbm h :
  margH w h = e (\sum_a b a * spin R (h a)) * \prod_i (2%:R * ch e (visible_field W c h i)).
Proof.
rewrite /margH (eq_bigr _ (fun v _ => rbm_weight_visible v h)) -mulr_sumr; congr (_ * _).
rewrite (sum_prod (fun i t => e (visible_field W c h i * spin R t))).
by apply: eq_bigr => i _; rewrite sum_spin_expo.
Qed.

Lemma cond_one_hidden (f : bool -> R) v a :
  \sum_h condH w h v * f (h a)
  = (\sum_t f t * e (hidden_field b W v a * spin R t)) / (2%:R * ch e (hidden_field b W v a)).
Proof.
rewrite /condH (eq_bigr (fun h : config J => (e (\sum_i c i * spin R (v i)) / margV w v)
   * (f (h a) * \prod_k e (hidden_field b W v k * spin R (h k))))); last first.
  move=> h _; rewrite rbm_weight_hidden.
  have k (x y z m : R) : x * y / m * z = x / m * (z * y) by ring.
  exact: k.
rewrite -mulr_sumr (sum_prod_one (fun k t => e (hidden_field b W v k * spin R t))).
rewrite (eq_bigr (fun k => 2%:R * ch e (hidden_field b W v k))); last first.
  by move=> k _; rewrite sum_spin_expo.
rewrite margV_rbm [X in _ / (_ * X)](bigD1 a) //=.
set P := \prod_(_ | _) _; set S := \sum_t _; set E := e _.
have P0 : P != 0 by apply/prodf_neq0 => k _; exact: two_ch_neq0.
have E0 : E != 0 by exact: expo_neq0.
have c0 := ch_neq0 e (hidden_field b W v a).
by field; rewrite P0 E0 c0.
Qed.

Lemma cond_one_visible (f : bool -> R) h i :
  \sum_v condV w v h * f (v i)
  = (\sum_t f t * e (visible_field W c h i * spin R t)) / (2%:R * ch e (visible_field W c h i)).
Proof.
rewrite /condV (eq_bigr (fun v : config I => (e (\sum_a b a * spin R (h a)) / margH w h)
   * (f (v i) * \prod_k e (visible_field W c h k * spin R (v k))))); last first.
  move=> v _; rewrite rbm_weight_visible.
  have k (x y z m : R) : x * y / m * z = x / m * (z * y) by ring.
  exact: k.
rewrite -mulr_sumr (sum_prod_one (fun k t => e (visible_field W c h k * spin R t))).
rewrite (eq_bigr (fun k => 2%:R * ch e (visible_field W c h k))); last first.
  by move=> k _; rewrite sum_spin_expo.
rewrite margH_rbm [X in _ / (_ * X)](bigD1 i) //=.
set P := \prod_(_ | _) _; set S := \sum_t _; set E := e _.
have P0 : P != 0 by apply/prodf_neq0 => k _; exact: two_ch_neq0.
have E0 : E != 0 by exact: expo_neq0.
have c0 := ch_neq0 e (visible_field W c h i).
by field; rewrite P0 E0 c0.
Qed.

Lemma logistic_ratio (x : R) : e x / (2%:R * ch e x) = logistic e (2%:R * x).
Proof.
have x0 := expo_neq0 e x.
have h2 : e (2%:R * x) = e x ^+ 2 by rewrite expoMn.
have h3 : e x ^+ 2 + 1 != 0 by rewrite gt_eqF // ltr_paddr ?ler01 // exprn_gt0 ?expo_gt0.
rewrite /logistic /ch !expoN h2; field.
by rewrite x0 h3 /=.
Qed.

(* (10), (11) corrected: the probability of +1 is the logistic function of      *)
(* twice the field.                                                             *)
Theorem hidden_on_logistic v a :
  hidden_on e b W c v a = logistic e (2%:R * hidden_field b W v a).
Proof.
have -> : hidden_on e b W c v a = \sum_h condH w h v * (h a)%:R.
  by rewrite /hidden_on big_mkcond /=; apply: eq_bigr => h _; case: (h a); rewrite ?mulr1 ?mulr0.
rewrite (cond_one_hidden (fun t : bool => t%:R)) sum_bool /= mul1r mul0r addr0 mulr1.
exact: logistic_ratio.
Qed.

Theorem visible_on_logistic h i :
  visible_on e b W c h i = logistic e (2%:R * visible_field W c h i).
Proof.
have -> : visible_on e b W c h i = \sum_v condV w v h * (v i)%:R.
  by rewrite /visible_on big_mkcond /=; apply: eq_bigr => v _; case: (v i); rewrite ?mulr1 ?mulr0.
rewrite (cond_one_visible (fun t : bool => t%:R)) sum_bool /= mul1r mul0r addr0 mulr1.
exact: logistic_ratio.
Qed.

(* tanh is the conditional mean (12). *)
Theorem hidden_mean_tanh v a :
  \sum_h condH w h v * spin R (h a) = th e (hidden_field b W v a).
Proof.
rewrite (cond_one_hidden (spin R)) sum_spin_mean -mulf_div divff ?two_neq0 //.
by rewrite mul1r.
Qed.

Theorem visible_mean_tanh h i :
  \sum_v condV w v h * spin R (v i) = th e (visible_field W c h i).
Proof.
rewrite (cond_one_visible (spin R)) sum_spin_mean -mulf_div divff ?two_neq0 //.
by rewrite mul1r.
Qed.

(* (10), (11) as printed: tanh x is not the probability, for any parameters.    *)
Theorem hidden_on_never_tanh v a : hidden_on e b W c v a <> th e (hidden_field b W v a).
Proof.
rewrite hidden_on_logistic th_logistic; set l := logistic e _ => h.
have := logistic_lt1 e (2%:R * hidden_field b W v a); rewrite -/l.
have -> : l = 1.
  apply/eqP; rewrite -subr_eq0; apply/eqP.
  by transitivity (2%:R * l - 1 - l); [ring | rewrite -h subrr].
by rewrite ltxx.
Qed.

Theorem visible_on_never_tanh h i : visible_on e b W c h i <> th e (visible_field W c h i).
Proof.
rewrite visible_on_logistic th_logistic; set l := logistic e _ => hl.
have := logistic_lt1 e (2%:R * visible_field W c h i); rewrite -/l.
have -> : l = 1.
  apply/eqP; rewrite -subr_eq0; apply/eqP.
  by transitivity (2%:R * l - 1 - l); [ring | rewrite -hl subrr].
by rewrite ltxx.
Qed.

(* Model averages, (52), (54), (56) with the weights p(v), p(h) that the        *)
(* printed forms drop.                                                          *)
Lemma rbm_Z_neq0 : Zsum w != 0.
Proof. by rewrite gt_eqF // (Zsum_gt0 e (rbm_energy b W c) [ffun=> true] [ffun=> true]). Qed.

Lemma probVH_condH v h : probVH w v h = probV w v * condH w h v.
Proof.
have m0 : margV w v != 0 by rewrite gt_eqF // (margV_gt0 e (rbm_energy b W c) v [ffun=> true]).
by rewrite /probVH /probV /condH; field; rewrite m0 rbm_Z_neq0.
Qed.

Lemma probVH_condV v h : probVH w v h = probH w h * condV w v h.
Proof.
have m0 : margH w h != 0 by rewrite gt_eqF // (margH_gt0 e (rbm_energy b W c) h [ffun=> true]).
by rewrite /probVH /probH /condV; field; rewrite m0 rbm_Z_neq0.
Qed.

Theorem model_h_mean a :
  model_h e b W c a = \sum_v probV w v * th e (hidden_field b W v a).
Proof.
rewrite /model_h /expectVH; apply: eq_bigr => v _; rewrite -hidden_mean_tanh mulr_sumr.
by apply: eq_bigr => h _; rewrite probVH_condH mulrA.
Qed.

Theorem model_v_mean i :
  model_v e b W c i = \sum_h probH w h * th e (visible_field W c h i).
Proof.
rewrite /model_v /expectVH exchange_big; apply: eq_bigr => h _.
rewrite -visible_mean_tanh mulr_sumr.
by apply: eq_bigr => v _; rewrite probVH_condV mulrA.
Qed.

Theorem model_vh_mean i a :
  model_vh e b W c i a = \sum_v probV w v * (spin R (v i) * th e (hidden_field b W v a))
  /\ model_vh e b W c i a = \sum_h probH w h * (spin R (h a) * th e (visible_field W c h i)).
Proof.
split.
  apply: eq_bigr => v _; rewrite -hidden_mean_tanh !mulr_sumr.
  by apply: eq_bigr => h _; rewrite probVH_condH; ring.
rewrite /model_vh /expectVH exchange_big; apply: eq_bigr => h _.
rewrite -visible_mean_tanh !mulr_sumr.
by apply: eq_bigr => v _; rewrite probVH_condV; ring.
Qed.

(* Data averages (51), (53), (55): the hidden units enter by their means. *)
Lemma sum_condH v : \sum_h condH w h v = 1.
Proof.
by rewrite -mulr_suml divff // gt_eqF // (margV_gt0 e (rbm_energy b W c) v [ffun=> true]).
Qed.

Lemma empirical_sum N (s : 'I_N -> config I) (f : config I -> R) :
  \sum_v empirical R s v * f v = (\sum_A f (s A)) / N%:R.
Proof.
rewrite /empirical (eq_bigr (fun v => \sum_A (s A == v)%:R * f v / N%:R)).
  rewrite exchange_big mulr_suml; apply: eq_bigr => A _.
  rewrite (bigD1 (s A)) //= eqxx mul1r big1 ?addr0 // => v.
  by rewrite eq_sym => /negbTE ->; rewrite !mul0r.
by move=> v _; rewrite mulrAC -mulr_suml; congr (_ / _); rewrite mulr_suml.
Qed.

Theorem data_vh_tanh N (s : 'I_N -> config I) i a :
  data_vh e (empirical R s) b W c i a
  = (\sum_A spin R (s A i) * th e (hidden_field b W (s A) a)) / N%:R.
Proof.
rewrite -(empirical_sum s (fun v => spin R (v i) * th e (hidden_field b W v a))).
apply: eq_bigr => v _; rewrite -hidden_mean_tanh !mulr_sumr.
apply: eq_bigr => h _; have k (x y z t : R) : x * y * (z * t) = x * (z * (y * t)) by ring.
exact: k.
Qed.

Theorem data_h_tanh N (s : 'I_N -> config I) a :
  data_h e (empirical R s) b W c a
  = (\sum_A th e (hidden_field b W (s A) a)) / N%:R.
Proof.
rewrite -(empirical_sum s (fun v => th e (hidden_field b W v a))).
apply: eq_bigr => v _; rewrite -hidden_mean_tanh !mulr_sumr.
by apply: eq_bigr => h _; rewrite mulrA.
Qed.

Theorem data_v_mean N (s : 'I_N -> config I) i :
  data_v (empirical R s) i = (\sum_A spin R (s A i)) / N%:R.
Proof. exact: (empirical_sum s (fun v => spin R (v i))). Qed.
End Rbm.
